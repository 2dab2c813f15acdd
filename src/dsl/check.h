#pragma once

#include "dsl/keys.h"
#include "dsl/problems.h"

namespace weft::dsl {

/// Checks a value against the tables: unknown, missing and misplaced keys, types, ranges, formats. What expressions say
/// and how nodes hang together is not its business. Readers may then take what is well formed and leave out the rest.
void CheckAgainstTables(const DocumentNode& root, const Object& object, Problems& problems);

/// The way in which a value is written, or null if it is none of them.
const Shape* ShapeOf(const DocumentNode& node, const std::vector<Shape>& shapes);

/// `^[a-z][a-z0-9_]{0,62}$`
bool IsId(std::string_view text);

}  // namespace weft::dsl

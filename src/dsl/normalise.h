#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "dsl/document.h"

namespace weft::dsl {

/// The largest normalised form that is run.
constexpr std::size_t kMaxNormalised = std::size_t{256} * 1024;

/// A checked file as canonical JSON: itself a workflow, without what has no meaning (titles, `ui`, defaults), durations
/// and sizes in one form, short forms where there are any, files inlined. `nodes` keep their order, which has meaning;
/// all other keys are sorted. Equal meanings written alike but for that give equal texts; normalising again changes
/// nothing. Keep it as text: tools that sort keys would change it.
std::string Normalise(const DocumentNode& root, const std::map<const DocumentNode*, std::string>& inlined);

/// Lower-case hex SHA-256.
std::string Digest(std::string_view normalised);

}  // namespace weft::dsl

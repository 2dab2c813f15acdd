#pragma once

#include "expr/value.h"

namespace weft::dsl {

/// JSON Schema (2020-12) of workflow files, made from the tables in dsl/keys.h: what an editor without Weft can check.
/// It says nothing of what only the loader sees (expressions, edges, ids used twice).
expr::Value LanguageSchema();

}  // namespace weft::dsl

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weft::dsl {

/// A comparison that null decides, at bytes of a jq program.
struct NullComparison {
  std::size_t offset = 0;
  std::size_t length = 0;
  bool literal = false;  ///< `null` stands there; otherwise a path that may lead nowhere
};

/// Finds `<` and its kin beside the literal null, and those (`.a < 20`, `20 > .a`) that are true when a path gives
/// null, since jq orders null before everything else.
std::vector<NullComparison> FindNullComparisons(std::string_view program);

}  // namespace weft::dsl

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/sql.h"

/// For `IN (…)` with a list that is only known when the statement is made.
namespace weft::store {

/// `?4, ?5, ?6` for first 4 and count 3.
inline std::string Placeholders(std::size_t first, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "?" : ", ?") + std::to_string(first + i);
  return text;
}

/// `before`, then the texts.
inline std::vector<SqlValue> TextValues(std::vector<SqlValue> before, const std::vector<std::string>& texts) {
  before.insert(before.end(), texts.begin(), texts.end());
  return before;
}

}  // namespace weft::store

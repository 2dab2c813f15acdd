#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/placeholders.h"
#include "store/sql.h"

namespace weft::store {

/// The conditions of a filter, as the ` WHERE …` of a statement, and their values, in step.
class Conditions {
 public:
  void Add(std::string_view before, SqlValue value, std::string_view after = "") {
    values_.push_back(std::move(value));
    sql_ += (sql_.empty() ? " WHERE " : " AND ") + std::string(before) + '?' + std::to_string(values_.size()) +
            std::string(after);
  }
  /// Unless the text is empty.
  void AddText(std::string_view column, std::string_view text, std::string_view comparison = " = ") {
    if (!text.empty()) Add(std::string(column) + std::string(comparison), std::string(text));
  }
  void AddOneOf(std::string_view column, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    sql_ += (sql_.empty() ? " WHERE " : " AND ") + std::string(column) + " IN (" +
            Placeholders(values_.size() + 1, texts.size()) + ")";
    values_ = TextValues(std::move(values_), texts);
  }
  /// The number of the placeholder that the next value has.
  [[nodiscard]] std::string Next() const { return "?" + std::to_string(values_.size() + 1); }

  [[nodiscard]] const std::string& sql() const { return sql_; }
  std::vector<SqlValue> WithLimit(int limit) {
    values_.emplace_back(std::int64_t{limit});
    return std::move(values_);
  }

 private:
  std::string sql_;
  std::vector<SqlValue> values_;
};

}  // namespace weft::store

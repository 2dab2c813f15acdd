#pragma once

#include "dsl/keys.h"

/// Short ways to write shapes in the tables.
namespace weft::dsl {

inline Shape Of(Form form) { return {.form = form}; }
/// A text that may not be empty.
inline Shape Word() { return {.form = Form::kText, .min = 1}; }
/// A duration that may not be zero.
inline Shape Time() { return {.form = Form::kDuration, .min = 1}; }
inline Shape Expr() { return {.form = Form::kExpr}; }
inline Shape Condition() { return {.form = Form::kCondition}; }
inline Shape Choice(std::vector<std::string_view> choices) {
  return {.form = Form::kChoice, .choices = std::move(choices)};
}
inline Shape Integer(std::int64_t min, std::int64_t max) { return {.form = Form::kInteger, .min = min, .max = max}; }
inline Shape Number(std::int64_t min, std::int64_t max) { return {.form = Form::kNumber, .min = min, .max = max}; }
inline Shape In(const Object& (*object)()) { return {.form = Form::kObject, .object = object}; }
inline Shape ListOf(std::vector<Shape> items, std::size_t min_items = 0) {
  return {.form = Form::kList, .items = std::move(items), .min_items = min_items};
}
inline Shape MapOf(std::vector<Shape> items, std::size_t min_items = 0) {
  return {.form = Form::kMap, .items = std::move(items), .min_items = min_items};
}

}  // namespace weft::dsl

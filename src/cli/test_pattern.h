#pragma once

#include <string>
#include <string_view>

#include "dsl/definition.h"

namespace weft::cli {

/// Which nodes a test means: by path (`stock`, `each/7/ship`), with `*` for any iteration (`each/*/ship`), or by the
/// bare id of a node, wherever it is. `NODE:compensate` is its compensation.
class NodePattern {
 public:
  NodePattern() = default;
  explicit NodePattern(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool Matches(std::string_view path) const;
  /// Of the patterns that match a path the one with the greatest counts.
  [[nodiscard]] int Precision(std::string_view path) const;

  /// The node that it means; null if the workflow has none.
  [[nodiscard]] const dsl::Node* Find(const dsl::Workflow& workflow) const;
  [[nodiscard]] bool IsCompensation() const { return text_.ends_with(kCompensation); }

  static constexpr std::string_view kCompensation = ":compensate";

 private:
  std::string text_;
};

}  // namespace weft::cli

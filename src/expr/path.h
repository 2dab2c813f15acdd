#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "expr/value.h"

namespace weft::expr {

/// The names that certainly follow a variable in a program's text: `.a["b"].c` from `offset` on gives {"a", "b", "c"}.
/// Ends at anything else.
std::vector<std::string> PathBehind(std::string_view text, std::size_t offset);

/// A program that only follows a path from `.` or from one variable, such as `.a.b[0]` or `$nodes.x.output["k"]`. It is
/// answered without byte code, with jq's results and messages.
class PlainPath {
 public:
  static std::optional<PlainPath> Parse(std::string_view text);

  /// Whether it starts at a variable; else at `.`.
  [[nodiscard]] bool FromVariable() const { return from_variable_; }
  /// From the value of `.` or of the variable. The error's message is jq's.
  [[nodiscard]] Result<Value> Follow(const Value& root) const;

 private:
  using Step = std::variant<std::string, int>;
  bool from_variable_ = false;
  std::vector<Step> steps_;
};

}  // namespace weft::expr

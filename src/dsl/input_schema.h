#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/value.h"

namespace weft::dsl {

/// One violation of a JSON Schema: where in the instance (JSON pointer) and what.
struct SchemaViolation {
  std::string path;
  std::string message;
};

/// A compiled JSON Schema (2020-12, `unevaluatedProperties` included). Immutable, usable from several threads. The
/// validator's version is part of `semantics`.
class InputSchema {
 public:
  /// Fails with code `schema`; the message names the place inside the schema. Remote references are refused.
  static Result<InputSchema> Compile(const expr::Value& schema);
  /// What Compile would fail with, and where inside the schema; nothing if it would not.
  static std::optional<SchemaViolation> Check(const expr::Value& schema);

  /// At most 20 violations; none: valid.
  [[nodiscard]] std::vector<SchemaViolation> Validate(const expr::Value& instance) const;

 private:
  struct Impl;
  static std::expected<std::shared_ptr<const Impl>, SchemaViolation> CompileNative(const expr::Value& schema);
  explicit InputSchema(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace weft::dsl

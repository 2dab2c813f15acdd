#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dsl/definition.h"
#include "dsl/input_schema.h"
#include "store/sql.h"

namespace weft::triggers {

/// A revision, loaded: what its triggers say and what its input must be.
struct Definition {
  int revision = 0;
  std::string title;
  std::shared_ptr<const dsl::Workflow> workflow;
  std::optional<dsl::InputSchema> schema;

  /// Null if there is none.
  [[nodiscard]] const dsl::Trigger* FindTrigger(std::string_view id) const;
  /// Fails with `validation`, all violations in the message, or `too_large`.
  [[nodiscard]] Result<void> CheckInput(const expr::Value& input) const;
};

/// Loads revisions and keeps them, since they never change. Each thread has copies of its own: the values of a
/// definition are not for two threads, and neither is what Get gives. Any thread.
class Definitions {
 public:
  explicit Definitions(store::Database& database);

  /// `revision` 0: the latest. Fails with `not_found`, `store.*`.
  Result<std::shared_ptr<const Definition>> Get(std::string_view ns, std::string_view name, int revision);

 private:
  store::Database& database_;
  const std::uint64_t number_;  ///< tells the copies of several databases in one process apart
};

}  // namespace weft::triggers

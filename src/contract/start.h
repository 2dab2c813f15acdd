#pragma once

#include <map>
#include <string>

#include "contract/names.h"
#include "expr/value.h"

namespace weft::contract {

/// What started an instance.
struct TriggerInfo {
  std::string kind = "manual";  ///< manual, webhook, event, cron, workflow, test
  std::string id;               ///< the trigger's id; empty for manual
  expr::Value payload;
};

/// The first of a run's three input payloads; the others are the normalised definition and the run's input. JSON:
/// `{ "semantics": 1, "revision": N, "trigger": { kind, id, payload }, "reuse": { path: { output, case } }, "carry": {
/// … } }`. Add, never rename.
struct StartInput {
  int semantics = kSemantics;
  int revision = 0;  ///< 0: not deployed (`weft run`, a test run)
  TriggerInfo trigger;
  /// Nodes that do not run, by path: what is taken over from an earlier instance (rerun from a node), or given by a
  /// person (test run). `{ output, case }`, the case of a switch or an approval.
  std::map<std::string, expr::Value> reuse;
  /// A continued run's state; null in a first run.
  expr::Value carry;

  [[nodiscard]] std::string ToJson() const;
  static Result<StartInput> FromJson(std::string_view json);
  /// The memo's kStartMemoField, for lists of instances, which do not read histories.
  [[nodiscard]] expr::Value ToMemo() const;
};

}  // namespace weft::contract

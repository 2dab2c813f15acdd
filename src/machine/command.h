#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "machine/event.h"

/// What the interpreter wants done. The worker maps these to Temporal's commands, the fold matches them with the
/// events they left in the history.
namespace weft::machine {

struct StartTimer {
  Operation operation = 0;
  Duration duration{};
  std::string summary;
};

struct CancelTimer {
  Operation operation = 0;
};

struct ScheduleActivity {
  Operation operation = 0;
  std::string id;  ///< node path and attempt, `each/7/ship#2`
  std::string type;
  std::string queue;
  std::string input;  ///< JSON text
  Duration start_to_close{};
  std::optional<Duration> schedule_to_close;
  std::optional<Duration> heartbeat;
  /// On the system queue: Temporal repeats it itself after time-outs and lost workers, for as long as it takes.
  bool durable = false;
};

struct CancelActivity {
  Operation operation = 0;
};

struct StartChild {
  Operation operation = 0;
  std::string workflow_id;
  std::string type;  ///< contract::WorkflowType of its definition
  std::string queue;
  std::vector<std::string> inputs;  ///< JSON texts, one payload each
  bool abandon = false;             ///< lives on when its parent closes
  bool reject_duplicate = false;
  std::string summary;
};

struct CancelChild {
  Operation operation = 0;
};

/// Writes the run's place into its memo (contract::kMemoField).
struct UpsertMemo {
  std::string json;
};

struct CompleteRun {
  std::string output;  ///< JSON text
};

/// The run failed or timed out (code `timeout`): the error object as JSON text.
struct FailRun {
  std::string code;
  std::string message;
  std::string error;
};

struct CancelRun {};

struct ContinueAsNew {
  std::vector<std::string> inputs;  ///< JSON texts, one payload each
};

using Command = std::variant<StartTimer, CancelTimer, ScheduleActivity, CancelActivity, StartChild, CancelChild,
                             UpsertMemo, CompleteRun, FailRun, CancelRun, ContinueAsNew>;

/// A command that ends the run; always the last of its list.
bool IsTerminal(const Command& command);

/// A command that starts an operation.
bool IsStart(const Command& command);

}  // namespace weft::machine

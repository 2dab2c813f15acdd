#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "machine/machine.h"
#include "machine/numbering.h"
#include "temporal/api/history/v1/message.pb.h"

namespace weft::testing {

/// A Temporal server and a worker in one, without either: runs a workflow on the machine and writes the history that a
/// server would keep, event by event. Time moves only when it is told to.
class HistoryWriter {
 public:
  using HistoryEvent = temporal::api::history::v1::HistoryEvent;

  HistoryWriter(std::shared_ptr<const dsl::Workflow> workflow, const expr::Value& input);

  /// One workflow task: what happened since the last one goes to the machine; its commands leave their events.
  void RunTask();
  /// A task that a worker took and then gave up; nothing of it counts.
  void FailTask();

  void CompleteActivity(const std::string& id, std::string_view json);
  void FailActivity(const std::string& id, std::string_view code, std::string_view message);
  void LoseWorker(const std::string& id);
  /// The worker confirms a cancellation that was asked for.
  void CancelActivity(const std::string& id);
  void Signal(std::string_view name, std::string_view json);
  void RequestCancel();
  /// The earliest open timer; time moves to its end. False if there is none.
  bool FireTimer();

  /// Ids of the activities in flight, in the order they were scheduled.
  [[nodiscard]] std::vector<std::string> Activities() const;
  [[nodiscard]] bool IsCancelRequested(const std::string& id) const { return activities_.at(id).cancel_requested; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] const machine::Machine& machine() const { return machine_; }
  [[nodiscard]] const std::vector<HistoryEvent>& events() const { return events_; }

 private:
  struct Activity {
    std::int64_t scheduled = 0;
    machine::Operation operation = 0;
    bool cancel_requested = false;
  };
  struct Timer {
    std::int64_t started = 0;
    machine::Operation operation = 0;
    Timestamp at{};
  };

  HistoryEvent& Add(temporal::api::enums::v1::EventType type);
  void Write(const machine::Command& command, std::uint32_t number);
  Activity TakeActivity(const std::string& id);
  void NeedTask();

  machine::Machine machine_;
  machine::Numbering numbering_;
  std::vector<HistoryEvent> events_;
  std::vector<machine::Event> start_, signals_, others_;  ///< since the last task, in the order that Core gives them
  std::map<std::string, Activity, std::less<>> activities_;
  std::map<machine::Operation, Timer> timers_;
  Timestamp now_{};
  bool task_due_ = false;
  bool closed_ = false;
};

}  // namespace weft::testing

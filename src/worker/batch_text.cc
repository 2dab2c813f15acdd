#include "worker/batch_text.h"

namespace weft::worker {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string Of(const machine::Failure& failure) {
  return "{" + std::to_string(static_cast<int>(failure.kind)) + " " + failure.code + " " + failure.message + " " +
         failure.details + "}";
}

std::string Of(const machine::Event& event) {
  using std::to_string;
  return std::visit(
      Overloaded{
          [](const machine::Started& e) {
            return "started " + e.instance_id + " " + e.run_id + " " + FormatTimestamp(e.started_at) + " " +
                   FormatTimestamp(e.scheduled_at) + " " + e.start.ToJson() + " " + e.input.Dump() + " " +
                   e.workflow->digest;
          },
          [](const machine::SignalReceived& e) { return "signal " + e.name + " " + e.payload.Dump(); },
          [](const machine::CancelRequested& e) { return "cancel " + e.reason; },
          [](const machine::TimerFired& e) { return "fired " + to_string(e.operation); },
          [](const machine::ActivityCompleted& e) { return "completed " + to_string(e.operation) + " " + e.result; },
          [](const machine::ActivityFailed& e) { return "failed " + to_string(e.operation) + " " + Of(e.failure); },
          [](const machine::ChildStarted& e) { return "child started " + to_string(e.operation) + " " + e.run_id; },
          [](const machine::ChildCompleted& e) { return "child completed " + to_string(e.operation) + " " + e.result; },
          [](const machine::ChildFailed& e) { return "child failed " + to_string(e.operation) + " " + Of(e.failure); },
          [](const machine::Ignored&) { return std::string("ignored"); },
      },
      event);
}

}  // namespace

std::string BatchText(const machine::Batch& batch) {
  auto text = std::to_string(batch.now.time_since_epoch().count()) + "us, " + std::to_string(batch.history_length) +
              " events, " + std::to_string(batch.history_size) + " bytes" +
              (batch.continue_suggested ? ", continue suggested" : "");
  for (const auto& event : batch.events) text += "; " + Of(event);
  return text;
}

}  // namespace weft::worker

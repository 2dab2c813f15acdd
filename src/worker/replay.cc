#include "worker/replay.h"

#include <google/protobuf/util/json_util.h>

#include <utility>
#include <vector>

#include "machine/machine.h"
#include "progress/fold.h"
#include "temporalio/worker/replay.h"
#include "worker/batch_text.h"
#include "worker/run_workflow.h"

namespace weft::worker {
namespace {

using temporal::api::history::v1::History;

Result<std::vector<std::string>> FoldBatches(const std::string& workflow_id, const History& history) {
  std::vector<std::string> batches;
  progress::Definitions definitions;
  progress::Fold fold(definitions, workflow_id, {.strict = true, .on_batch = [&](const auto& batch, const auto&) {
                                                   batches.push_back(BatchText(batch));
                                                 }});
  for (const auto& event : history.events()) WEFT_TRY_VOID(fold.Feed(event));
  if (fold.closing()) WEFT_TRY_VOID(fold.CheckEnd());
  return batches;
}

}  // namespace

Result<History> ParseHistory(std::string_view json) {
  History history;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(
          json.data(), static_cast<google::protobuf::stringpiece_internal::StringPiece::size_type>(json.size())),
      &history, options);
  if (!parsed.ok()) return Fail("validation", "this is not a history in Temporal's JSON form: " + parsed.ToString());
  if (history.events_size() == 0) return Fail("validation", "this history has no events");
  return history;
}

std::string FormatHistory(const History& history) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  const auto printed = google::protobuf::util::MessageToJsonString(history, &json, options);
  return printed.ok() ? json : std::string();
}

Result<void> Replay(const std::shared_ptr<temporalio::Runtime>& runtime, const std::string& fallback_id,
                    const History& history) {
  const auto& recorded_id = history.events(0).workflow_execution_started_event_attributes().workflow_id();
  const auto& workflow_id = recorded_id.empty() ? fallback_id : recorded_id;
  WEFT_TRY(const auto folded, FoldBatches(workflow_id, history));
  std::vector<std::string> replayed;
  const auto result = temporalio::Replay(
      runtime, workflow_id, history,
      MakeWorkflowFactory([&](const auto& batch, const auto&) { replayed.push_back(BatchText(batch)); }));
  if (!result) return Fail("temporal", result.error().message);
  if (result->nondeterminism) return Fail("replay", *result->nondeterminism);
  if (result->failure) return Fail("replay", *result->failure);
  // Of an open or terminated run, Core also delivers what came after the last completed workflow task.
  if (replayed.size() < folded.size()) return Fail("replay", "Core delivered fewer batches than the history holds");
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] == replayed[i]) continue;
    return Fail("replay",
                "batch " + std::to_string(i + 1) + " differs.\nfolded:   " + folded[i] + "\nreplayed: " + replayed[i]);
  }
  return {};
}

}  // namespace weft::worker

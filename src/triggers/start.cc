#include "triggers/start.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "base/id.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "temporalio/converter/payload.h"

namespace weft::triggers {
namespace {

using expr::Value;
using temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
using temporal::api::enums::v1::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
using temporal::api::enums::v1::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
using Code = temporalio::Error::Code;

/// Temporal refuses a start of 2 MB.
constexpr std::size_t kMaxStart = 1'900'000;

/// Of this machine and Temporal's.
constexpr std::chrono::minutes kClocksApart{5};

constexpr std::string_view kUlidLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kUlidLength = 26;

/// What names a start without a key: the request id if it is a ULID, else 130 bits of its hash in the same letters.
std::string UlidOf(std::string_view request_id) {
  if (IsUlid(request_id)) return std::string(request_id);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(request_id.data()), request_id.size(), digest.data());
  std::string text;
  for (std::size_t i = 0; i < kUlidLength; ++i) {
    const auto bit = i * 5;
    const auto pair = static_cast<unsigned>(digest[bit / 8] << 8U) | digest[bit / 8 + 1];
    text.push_back(kUlidLetters[(pair >> (11U - bit % 8)) & 31U]);
  }
  text.front() = kUlidLetters[static_cast<unsigned char>(digest[0]) >> 5U];  // a ULID's first letter is below 8
  return text;
}

Error Translated(const temporalio::Error& error) {
  if (error.code == Code::kInvalidArgument) return {"validation", "Temporal refuses the start: " + error.message};
  return {"temporal", "the run could not be started: " + error.message};
}

Result<Started> StartedBy(const StartRequest& request, const temporalio::Result<temporalio::StartedRun>& run) {
  auto id = Starter::IdOf(request);
  if (run) return Started{.id = std::move(id), .run_id = run->run_id, .joined = !run->started && !request.key.empty()};
  if (const auto earlier = temporalio::ExistingRunId(run.error())) {
    return Started{.id = std::move(id), .run_id = *earlier, .joined = false};
  }
  return std::unexpected(Translated(run.error()));
}

}  // namespace

std::string Starter::IdOf(const StartRequest& request) {
  if (request.draft != nullptr) return contract::TestRunId(request.ns, request.name, UlidOf(request.request_id));
  const auto trigger = request.trigger.id.empty() ? std::string_view("manual") : std::string_view(request.trigger.id);
  return contract::InstanceId(request.ns, request.name, trigger,
                              request.key.empty() ? UlidOf(request.request_id) : request.key);
}

Result<temporalio::StartOptions> Starter::Prepare(const StartRequest& request) {
  auto definition = request.draft;
  if (definition == nullptr) {
    WEFT_TRY(definition, definitions_.Get(request.ns, request.name, request.revision));
  }
  WEFT_TRY_VOID(definition->CheckInput(request.input));
  contract::StartInput first;
  first.revision = definition->revision;
  first.trigger = request.trigger;
  first.reuse = request.reuse;
  auto memo = first.ToMemo();
  if (!request.draft_secrets.empty()) memo.Set("secrets", Value(request.draft_secrets));
  auto first_text = first.ToJson();
  auto input_text = request.input.Dump();
  if (first_text.size() + input_text.size() + definition->workflow->normalised.size() > kMaxStart) {
    return Fail("too_large",
                "the trigger's payload, the input and the workflow together are larger than 1.9 MB; pass a "
                "reference to the data instead");
  }

  temporalio::StartOptions start;
  start.workflow_id = IdOf(request);
  start.workflow_type = contract::WorkflowType(request.ns, request.name);
  start.task_queue = contract::kWorkerQueue;
  start.input = {temporalio::JsonPayload(std::move(first_text)),
                 temporalio::JsonPayload(definition->workflow->normalised),
                 temporalio::JsonPayload(std::move(input_text))};
  start.memo.emplace(std::string(contract::kStartMemoField), temporalio::JsonPayload(memo.Dump()));
  start.request_id = request.request_id;
  start.id_conflict_policy = WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
  // Without a key, the id itself names the delivery: what has its id was started by it.
  start.id_reuse_policy =
      request.key.empty() ? WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE : WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
  start.summary = Value(definition->title.empty() ? request.name : definition->title).Dump();
  return start;
}

Result<void> Starter::Check(const StartRequest& request) {
  WEFT_TRY_VOID(Prepare(request));
  return {};
}

Result<Started> Starter::Start(const StartRequest& request, temporalio::CallOptions call) {
  WEFT_TRY(auto start, Prepare(request));
  return StartedBy(request, client_.StartWorkflow(std::move(start), std::move(call)));
}

std::vector<Result<Started>> Starter::StartAll(std::span<const StartRequest> requests,
                                               const temporalio::CallOptions& call) {
  std::vector<Result<Started>> all(requests.size());
  std::vector<std::size_t> asked;
  std::vector<temporalio::StartOptions> starts;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (auto start = Prepare(requests[i])) {
      asked.push_back(i);
      starts.push_back(*std::move(start));
    } else {
      all[i] = std::unexpected(start.error());
    }
  }
  const auto runs = client_.StartWorkflows(std::move(starts), call);
  for (std::size_t i = 0; i < runs.size(); ++i) all[asked[i]] = StartedBy(requests[asked[i]], runs[i]);
  return all;
}

Result<std::optional<Started>> Starter::FindStarted(const StartRequest& request, Timestamp since) const {
  const auto id = IdOf(request);
  const auto runs =
      client_.ListRuns("WorkflowId = '" + id + "' AND StartTime >= '" + FormatTimestamp(since - kClocksApart) + "'");
  if (!runs) return std::unexpected(Translated(runs.error()));
  for (const auto& run : runs->runs) {
    const auto described = client_.Describe({.workflow_id = id, .run_id = run.run_id});
    if (!described) return std::unexpected(Translated(described.error()));
    if (described->raw.workflow_extended_info().request_id_infos().contains(request.request_id)) {
      return Started{.id = id, .run_id = run.run_id, .joined = false};
    }
  }
  return std::nullopt;
}

}  // namespace weft::triggers

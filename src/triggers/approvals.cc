#include "triggers/approvals.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "contract/names.h"
#include "dsl/input_schema.h"
#include "temporalio/converter/payload.h"

namespace weft::triggers {
namespace {

using expr::Value;
using store::Approval;
using store::Transaction;
using Code = temporalio::Error::Code;

constexpr Duration kLease{30'000};
constexpr int kAtOnce = 50;
constexpr std::chrono::milliseconds kPoll{1000};
/// How long a wait that the run shows may take to be known here.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kGlance{50};

std::unexpected<Error> Ended(const std::string& instance) {
  return Fail("conflict", "the instance `" + instance + "` has ended; nothing of it can be approved any more");
}

Result<void> CheckForm(const std::string& form, const Value& data) {
  if (form.empty()) return {};
  WEFT_TRY(const auto schema_text, Value::Parse(form));
  WEFT_TRY(const auto schema, dsl::InputSchema::Compile(schema_text));
  const auto violations = schema.Validate(data);
  if (violations.empty()) return {};
  std::string message = "`data` does not fit the node's form:";
  for (const auto& violation : violations) {
    message += "\n  " + (violation.path.empty() ? "data" : violation.path) + ": " + violation.message;
  }
  return Fail("validation", std::move(message));
}

}  // namespace

Result<void> Approvals::CheckOpen(const std::string& instance) const {
  const auto described = client_.Describe({instance, {}});
  if (!described && described.error().code == Code::kNotFound)
    return Fail("not_found", "there is no instance `" + instance + "`");
  if (!described) return Fail("temporal", described.error().message);
  if (described->info.status != temporal::api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING) return Ended(instance);
  return {};
}

Result<Approval> Approvals::FindOpen(const std::string& instance, const std::string& node) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (bool first = true;; first = false) {
    WEFT_TRY(auto found, database_.Read<std::optional<Approval>>(
                             [&](Transaction& t) { return store::FindApproval(t, instance, node); }));
    if (found && found->status == "open") return *std::move(found);
    if (found && found->status == "answered")
      return Fail("conflict", "`" + node + "` of `" + instance + "` was answered already");
    if (first) WEFT_TRY_VOID(CheckOpen(instance));
    if (std::chrono::steady_clock::now() >= deadline)
      return Fail("not_found", "no approval waits at `" + node + "` of `" + instance + "`");
    std::this_thread::sleep_for(kGlance);
  }
}

Result<void> Approvals::Approve(const Answer& answer) {
  if (answer.decision != "approved" && answer.decision != "rejected")
    return Fail("validation", "`decision` is neither `approved` nor `rejected`");
  WEFT_TRY(auto approval, FindOpen(answer.instance, answer.node));
  if (answer.decision == "approved") WEFT_TRY_VOID(CheckForm(approval.form, answer.data));
  approval.answer = Value::Object({{"node", Value(answer.node)},
                                   {"decision", Value(answer.decision)},
                                   {"by", Value(answer.by)},
                                   {"data", answer.data}})
                        .Dump();
  if (approval.answer.size() > contract::kMaxOutput) return Fail("too_large", "the answer is larger than 256 KB");
  const auto now = Now();
  WEFT_TRY(const bool taken, database_.Write<bool>([&](Transaction& t) {
    return store::AnswerApproval(t, approval.id, approval.answer, now, now + kLease);
  }));
  if (!taken) return Fail("conflict", "`" + answer.node + "` of `" + answer.instance + "` was answered already");
  const auto sent = Send(approval);
  if (!sent && sent.error().code == "conflict") return sent;
  if (!sent)
    spdlog::warn("approval at `{}` of {}: {}; it is told later", answer.node, answer.instance, sent.error().message);
  return {};
}

Result<void> Approvals::Send(const Approval& approval) {
  const auto signalled = client_.SignalWorkflow({.workflow_id = approval.instance, .run_id = {}},
                                                {.name = std::string(contract::kApprovalSignal),
                                                 .input = {temporalio::JsonPayload(approval.answer)},
                                                 .request_id = approval.id});
  const bool gone = !signalled && signalled.error().code == Code::kNotFound;
  if (!signalled && !gone) return Fail("temporal", signalled.error().message);
  WEFT_TRY_VOID(database_.Write([&](Transaction& t) { return store::AnswerSent(t, approval.id); }));
  if (gone) return Ended(approval.instance);
  return {};
}

Result<std::size_t> Approvals::SendDue(Timestamp now) {
  WEFT_TRY(const auto due, database_.Write<std::vector<Approval>>(
                               [&](Transaction& t) { return store::ClaimAnswers(t, now, kLease, kAtOnce); }));
  for (const auto& approval : due) {
    const auto sent = Send(approval);
    if (!sent && sent.error().code != "conflict") return std::unexpected(sent.error());
  }
  return due.size();
}

void Approvals::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto sent = SendDue(Now()); !sent) spdlog::warn("approvals: {}", sent.error().message);
    Rest(stop, kPoll);
  }
}

}  // namespace weft::triggers

#include "triggers/slots.h"

#include <algorithm>
#include <utility>

#include "base/id.h"
#include "base/utf8.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "temporalio/converter/payload.h"
#include "triggers/liveness.h"

namespace weft::triggers {
namespace {

using store::Slot;
using store::SlotScope;
using store::Transaction;
using namespace temporal::api::workflowservice::v1;

/// The machine's id of that activity.
constexpr std::string_view kActivityId = contract::kAcquireActivity;
constexpr std::size_t kMostAsked = 20;
constexpr int kPage = 100;

/// A key of any text and length, as the store can index it.
void Normalise(SlotScope& scope) { scope.key = contract::OperationId(RepairUtf8(scope.key), 0); }

}  // namespace

Result<Slots::Turn> Slots::Try(const Request& request) {
  return database_.Write<Turn>([&](Transaction& t) -> Result<Turn> {
    Turn turn;
    WEFT_TRY_VOID(store::LockSlots(t, request.scope));
    WEFT_TRY_VOID(store::QueueForSlot(
        t, request.scope, {.id = NewUlid(), .instance = request.instance, .run = request.run}, request.limit));
    WEFT_TRY(turn.granted, store::GrantSlots(t, request.scope));
    WEFT_TRY(const auto all, store::ListSlots(t, request.scope));
    const auto mine = [&](const Slot& slot) { return slot.instance == request.instance && slot.run == request.run; };
    std::erase_if(turn.granted, mine);
    for (const auto& slot : all) {
      if (!slot.held) continue;
      if (mine(slot)) turn.answer = Answer::kGranted;
      turn.holders.push_back(slot);
    }
    if (turn.answer == Answer::kQueued && request.skip) {
      turn.answer = Answer::kRefused;
      WEFT_TRY_VOID(store::LeaveSlot(t, request.scope, request.instance, request.run));
    }
    return turn;
  });
}

Result<Slots::Answer> Slots::Acquire(Request request) {
  Normalise(request.scope);
  WEFT_TRY(auto turn, Try(request));
  WEFT_TRY_VOID(Announce(request.scope, std::move(turn.granted)));
  if (turn.answer == Answer::kGranted) return turn.answer;
  bool freed = false;
  if (turn.holders.size() > kMostAsked) turn.holders.resize(kMostAsked);
  for (const auto& holder : turn.holders) {
    WEFT_TRY(const bool alive, IsAlive(client_, holder.instance, holder.run));
    if (alive) continue;
    freed = true;
    WEFT_TRY_VOID(Free(request.scope, holder));
  }
  if (!freed) return turn.answer;
  WEFT_TRY(turn, Try(request));
  WEFT_TRY_VOID(Announce(request.scope, std::move(turn.granted)));
  return turn.answer;
}

Result<void> Slots::Release(SlotScope scope, const std::string& instance) {
  Normalise(scope);
  return Free(scope, {.id = {}, .instance = instance, .run = {}});
}

Result<void> Slots::Free(const SlotScope& scope, const Slot& slot) {
  WEFT_TRY(auto granted, database_.Write<std::vector<Slot>>([&](Transaction& t) -> Result<std::vector<Slot>> {
    WEFT_TRY_VOID(store::LockSlots(t, scope));
    WEFT_TRY_VOID(store::LeaveSlot(t, scope, slot.instance, slot.run));
    return store::GrantSlots(t, scope);
  }));
  return Announce(scope, std::move(granted));
}

// One that is not told, since this process dies here, finds out when its activity is repeated.
Result<void> Slots::Announce(const SlotScope& scope, std::vector<Slot> granted) {
  for (std::size_t i = 0; i < granted.size(); ++i) {
    const Slot slot = granted[i];
    auto request = client_.NewRequest<RespondActivityTaskCompletedByIdRequest>();
    request.set_workflow_id(slot.instance);
    request.set_run_id(slot.run);
    request.set_activity_id(std::string(kActivityId));
    *request.mutable_result()->add_payloads() = temporalio::JsonPayload("null");
    const auto told =
        client_.Call<RespondActivityTaskCompletedByIdResponse>("RespondActivityTaskCompletedById", std::move(request));
    if (told || told.error().code != temporalio::Error::Code::kNotFound) continue;
    // Its activity has just ended by itself, or the run has closed.
    const auto alive = IsAlive(client_, slot.instance, slot.run);
    if (!alive || *alive) continue;
    WEFT_TRY(auto next, database_.Write<std::vector<Slot>>([&](Transaction& t) -> Result<std::vector<Slot>> {
      WEFT_TRY_VOID(store::LockSlots(t, scope));
      WEFT_TRY_VOID(store::LeaveSlot(t, scope, slot.instance, slot.run));
      return store::GrantSlots(t, scope);
    }));
    granted.insert(granted.end(), next.begin(), next.end());
  }
  return {};
}

Result<std::string> Slots::FreeDead(std::string_view after) {
  WEFT_TRY(const auto page, database_.Read<std::vector<store::ScopedSlot>>(
                                [&](Transaction& t) { return store::ListAllSlots(t, after, kPage); }));
  for (const auto& [scope, slot] : page) {
    WEFT_TRY(const bool alive, IsAlive(client_, slot.instance, slot.run));
    if (!alive) WEFT_TRY_VOID(Free(scope, slot));
  }
  return page.size() < kPage ? std::string() : page.back().slot.id;
}

}  // namespace weft::triggers

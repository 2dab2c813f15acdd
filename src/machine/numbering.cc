#include "machine/numbering.h"

namespace weft::machine {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace

bool IsTerminal(const Command& command) {
  return std::holds_alternative<CompleteRun>(command) || std::holds_alternative<FailRun>(command) ||
         std::holds_alternative<CancelRun>(command) || std::holds_alternative<ContinueAsNew>(command);
}

bool IsStart(const Command& command) {
  return std::holds_alternative<StartTimer>(command) || std::holds_alternative<ScheduleActivity>(command) ||
         std::holds_alternative<StartChild>(command);
}

std::optional<std::uint32_t> Numbering::Number(const Command& command) {
  const auto start = [this](Sequence sequence, Operation operation) -> std::optional<std::uint32_t> {
    auto& t = table(sequence);
    const auto number = ++t.last;
    t.by_number[number] = operation;
    t.by_operation[operation] = number;
    return number;
  };
  const auto find = [this](Sequence sequence, Operation operation) -> std::optional<std::uint32_t> {
    const auto& t = table(sequence);
    const auto found = t.by_operation.find(operation);
    return found == t.by_operation.end() ? std::nullopt : std::optional(found->second);
  };
  return std::visit(Overloaded{
                        [&](const StartTimer& c) { return start(Sequence::kTimer, c.operation); },
                        [&](const CancelTimer& c) {
                          const auto number = find(Sequence::kTimer, c.operation);
                          Forget(Sequence::kTimer, c.operation);
                          return number;
                        },
                        [&](const ScheduleActivity& c) { return start(Sequence::kActivity, c.operation); },
                        [&](const CancelActivity& c) { return find(Sequence::kActivity, c.operation); },
                        [&](const StartChild& c) { return start(Sequence::kChild, c.operation); },
                        [&](const CancelChild& c) { return find(Sequence::kChild, c.operation); },
                        [](const auto&) { return std::optional<std::uint32_t>(); },
                    },
                    command);
}

std::optional<Operation> Numbering::Find(Sequence sequence, std::uint32_t number) const {
  const auto& t = tables_[static_cast<std::size_t>(sequence)];
  const auto found = t.by_number.find(number);
  return found == t.by_number.end() ? std::nullopt : std::optional(found->second);
}

void Numbering::Forget(Sequence sequence, Operation operation) {
  auto& t = table(sequence);
  const auto found = t.by_operation.find(operation);
  if (found == t.by_operation.end()) return;
  t.by_number.erase(found->second);
  t.by_operation.erase(found);
}

void Numbering::Forget(const Event& event) {
  std::visit(Overloaded{
                 [this](const TimerFired& e) { Forget(Sequence::kTimer, e.operation); },
                 [this](const ActivityCompleted& e) { Forget(Sequence::kActivity, e.operation); },
                 [this](const ActivityFailed& e) { Forget(Sequence::kActivity, e.operation); },
                 [this](const ChildCompleted& e) { Forget(Sequence::kChild, e.operation); },
                 [this](const ChildFailed& e) { Forget(Sequence::kChild, e.operation); },
                 [](const auto&) {},
             },
             event);
}

}  // namespace weft::machine

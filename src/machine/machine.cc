#include "machine/machine.h"

#include <utility>

#include "machine/node_activity.h"
#include "machine/node_region.h"
#include "machine/node_wait.h"
#include "machine/node_workflow.h"

namespace weft::machine {

struct Machine::Impl {
  RunState state;
  std::vector<std::string> notices;
  Observers observers;
};

Machine::Machine() : impl_(std::make_unique<Impl>()) {}
Machine::Machine(const Machine& other) : impl_(std::make_unique<Impl>(*other.impl_)) { impl_->observers = {}; }
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine other) noexcept {
  impl_.swap(other.impl_);
  return *this;
}
Machine::~Machine() = default;

std::vector<Command> Machine::Apply(const Batch& batch) {
  impl_->notices.clear();
  return Run(impl_->state, impl_->notices, impl_->observers).Apply(batch);
}

void Machine::Observe(Observer observer) { impl_->observers.changed = std::move(observer); }
void Machine::ObserveEnds(RegionObserver observer) { impl_->observers.ended = std::move(observer); }
void Machine::ObserveCompensations(CompensationObserver observer) {
  impl_->observers.compensated = std::move(observer);
}
const RunState& Machine::state() const { return impl_->state; }
const std::vector<std::string>& Machine::notices() const { return impl_->notices; }

StartKind StartOf(dsl::Kind kind) {
  switch (kind) {
    case dsl::Kind::kShell:
    case dsl::Kind::kPython:
    case dsl::Kind::kEmit:
    case dsl::Kind::kNotify: return StartActivity;
    case dsl::Kind::kHttp: return StartHttp;
    case dsl::Kind::kSwitch: return StartSwitch;
    case dsl::Kind::kSet: return StartSet;
    case dsl::Kind::kFail: return StartFail;
    case dsl::Kind::kForeach: return StartForeach;
    case dsl::Kind::kLoop: return StartLoop;
    case dsl::Kind::kGroup: return StartGroup;
    case dsl::Kind::kWait: return StartWait;
    case dsl::Kind::kEvent: return StartEvent;
    case dsl::Kind::kApproval: return StartApproval;
    case dsl::Kind::kWorkflow: return StartWorkflow;
  }
  return nullptr;
}

bool HasTaskTimeouts(dsl::Kind kind) {
  return kind == dsl::Kind::kShell || kind == dsl::Kind::kPython || kind == dsl::Kind::kHttp;
}

std::string_view TimeoutCodeOf(dsl::Kind kind) {
  if (kind == dsl::Kind::kEvent) return "event.timeout";
  if (kind == dsl::Kind::kApproval) return "approval.timeout";
  return "timeout";
}

bool Runs(dsl::Kind kind) { return StartOf(kind) != nullptr; }

namespace {

const dsl::Node* FindNotRunIn(const dsl::Region& region) {
  for (const auto& node : region.nodes) {
    if (!Runs(node.kind)) return &node;
    const auto* inner = InnerRegionOf(node);
    const auto* found = inner == nullptr ? nullptr : FindNotRunIn(*inner);
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace

const dsl::Node* FindNotRun(const dsl::Workflow& workflow) { return FindNotRunIn(*workflow.root); }

}  // namespace weft::machine

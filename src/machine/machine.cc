#include "machine/machine.h"

#include "machine/node_activity.h"
#include "machine/run.h"

namespace weft::machine {

struct Machine::Impl {
  RunState state;
  std::vector<std::string> notices;
};

Machine::Machine() : impl_(std::make_unique<Impl>()) {}
Machine::Machine(const Machine& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine other) noexcept {
  impl_.swap(other.impl_);
  return *this;
}
Machine::~Machine() = default;

std::vector<Command> Machine::Apply(const Batch& batch) {
  impl_->notices.clear();
  return Run(impl_->state, impl_->notices).Apply(batch);
}

const RunState& Machine::state() const { return impl_->state; }
const std::vector<std::string>& Machine::notices() const { return impl_->notices; }

StartKind StartOf(dsl::Kind kind) {
  switch (kind) {
    case dsl::Kind::kShell:
    case dsl::Kind::kPython: return StartActivity;
    case dsl::Kind::kHttp: return StartHttp;
    case dsl::Kind::kSwitch: return StartSwitch;
    case dsl::Kind::kSet: return StartSet;
    case dsl::Kind::kFail: return StartFail;
    default: return nullptr;
  }
}

bool Runs(dsl::Kind kind) { return StartOf(kind) != nullptr; }

namespace {

const dsl::Region* InnerOf(const dsl::Node& node) {
  if (const auto* foreach = std::get_if<dsl::Foreach>(&node.body)) return foreach->region.get();
  if (const auto* loop = std::get_if<dsl::Loop>(&node.body)) return loop->region.get();
  if (const auto* group = std::get_if<dsl::Group>(&node.body)) return group->region.get();
  return nullptr;
}

const dsl::Node* FindNotRunIn(const dsl::Region& region) {
  for (const auto& node : region.nodes) {
    if (!Runs(node.kind)) return &node;
    const auto* inner = InnerOf(node);
    const auto* found = inner == nullptr ? nullptr : FindNotRunIn(*inner);
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace

const dsl::Node* FindNotRun(const dsl::Workflow& workflow) { return FindNotRunIn(*workflow.root); }

}  // namespace weft::machine

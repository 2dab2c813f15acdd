#include "machine/queues.h"

#include "contract/names.h"
#include "machine/node_activity.h"

namespace weft::machine {
namespace {

QueueUse& System(QueueUses& uses) { return uses[std::string(contract::kSystemQueue)]; }

void AddRegion(const dsl::Region& region, QueueUses& uses);

void AddNode(const dsl::Node& node, QueueUses& uses) {
  if (node.disabled) return;
  if (node.compensate != nullptr) AddNode(*node.compensate, uses);
  switch (node.kind) {
    case dsl::Kind::kForeach: return AddRegion(*std::get<dsl::Foreach>(node.body).region, uses);
    case dsl::Kind::kLoop: return AddRegion(*std::get<dsl::Loop>(node.body).region, uses);
    case dsl::Kind::kGroup: return AddRegion(*std::get<dsl::Group>(node.body).region, uses);
    case dsl::Kind::kEvent:
    case dsl::Kind::kApproval: System(uses).activities = true; return;
    case dsl::Kind::kWorkflow:
      // A server says which revision it is; then the child waits for a worker.
      System(uses).activities = true;
      uses[node.queue.empty() ? std::string(contract::kWorkerQueue) : node.queue].workflows = true;
      return;
    default:
      if (!ActivityTypeOf(node.kind).empty()) uses[QueueOf(node)].activities = true;
  }
}

void AddRegion(const dsl::Region& region, QueueUses& uses) {
  for (const auto& node : region.nodes) AddNode(node, uses);
}

}  // namespace

QueueUses QueuesOf(const dsl::Workflow& workflow) {
  QueueUses uses;
  uses[std::string(contract::kWorkerQueue)].workflows = true;
  if (workflow.concurrency || !workflow.notify.empty()) System(uses).activities = true;
  AddRegion(*workflow.root, uses);
  return uses;
}

}  // namespace weft::machine

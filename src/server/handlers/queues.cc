#include "server/handlers/queues.h"

#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "contract/names.h"
#include "expr/value.h"
#include "machine/queues.h"
#include "progress/pollers.h"
#include "progress/translate.h"
#include "server/page.h"
#include "server/revision_cache.h"
#include "store/definitions.h"

namespace weft::server {
namespace {

namespace api = temporal::api;
using api::workflowservice::v1::DescribeTaskQueueRequest;
using api::workflowservice::v1::DescribeTaskQueueResponse;
using expr::Value;

/// What all workflows together put into a queue, and which of them do.
struct Need {
  machine::QueueUse use;
  std::vector<Value> workflows;
};

class Queues {
 public:
  explicit Queues(const Services& services) : services_(services) {}

  Result<Response> List() {
    WEFT_TRY(const auto needs, Needs());
    std::vector<Value> items;
    for (const auto& [name, need] : needs) {
      auto runs = Value(), nodes = Value();
      if (need.use.workflows) {
        WEFT_TRY(runs, Ask(name, api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW));
      }
      if (need.use.activities) {
        WEFT_TRY(nodes, Ask(name, api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY));
      }
      const auto is_served = [](const Value& side) { return side.IsNull() || side.Get("polled").Truthy(); };
      items.push_back(Value::Object({{"name", Value(name)},
                                     {"polled", Value(is_served(runs) && is_served(nodes))},
                                     {"workflows", std::move(runs)},
                                     {"activities", std::move(nodes)},
                                     {"usedBy", Value::Array(need.workflows)}}));
    }
    return PageResponse(std::move(items), "");
  }

 private:
  /// Of the latest revision of every workflow; the two queues that every installation has are always there.
  Result<std::map<std::string, Need>> Needs() {
    std::map<std::string, Need> needs;
    needs[std::string(contract::kWorkerQueue)].use = {.workflows = true, .activities = true};
    needs[std::string(contract::kSystemQueue)].use.activities = true;
    WEFT_TRY(const auto workflows, services_.database->Read<std::vector<store::WorkflowRow>>([](auto& t) {
      return store::ListWorkflows(t, "", std::numeric_limits<int>::max());
    }));
    for (const auto& row : workflows) {
      WEFT_TRY(const auto uses, uses_.Get(*services_.definitions, row, [](const dsl::Workflow& workflow) {
        return Result<machine::QueueUses>(machine::QueuesOf(workflow));
      }));
      for (const auto& [name, use] : *uses) {
        auto& need = needs[name];
        need.use.workflows |= use.workflows;
        need.use.activities |= use.activities;
        need.workflows.push_back(Value::Object({{"namespace", Value(row.ns)}, {"name", Value(row.name)}}));
      }
    }
    return needs;
  }

  /// `{ polled, pollers, backlog, backlogAgeMs }`. A queue that Temporal has never seen is an empty one.
  Result<Value> Ask(const std::string& name, api::enums::v1::TaskQueueType type) const {
    auto request = services_.client->NewRequest<DescribeTaskQueueRequest>();
    request.mutable_task_queue()->set_name(name);
    request.set_task_queue_type(type);
    request.set_report_stats(true);
    const auto answer = services_.client->Call<DescribeTaskQueueResponse>("DescribeTaskQueue", std::move(request));
    if (!answer) return Fail("temporal", answer.error().message);
    auto pollers = Value::EmptyArray();
    for (const auto& poller : answer->pollers()) {
      const auto last = progress::FromProto(poller.last_access_time());
      pollers.Append(
          Value::Object({{"identity", Value(poller.identity())}, {"lastAccessAt", Value(FormatTimestamp(last))}}));
    }
    const auto& age = answer->stats().approximate_backlog_age();
    const auto age_ms = std::chrono::duration_cast<Duration>(std::chrono::seconds(age.seconds()) +
                                                             std::chrono::nanoseconds(age.nanos()));
    return Value::Object({{"polled", Value(progress::IsPolled(*answer, Now()))},
                          {"pollers", std::move(pollers)},
                          {"backlog", Value(answer->stats().approximate_backlog_count())},
                          {"backlogAgeMs", Value(std::int64_t{age_ms.count()})}});
  }

  const Services& services_;
  RevisionCache<machine::QueueUses> uses_;
};

}  // namespace

std::vector<Route> QueueRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/queues",
           .permission = Permission::kView,
           .handler =
               [queues = std::make_shared<Queues>(services)](const Request&) {
                 auto response = queues->List();
                 return response ? *std::move(response) : ProblemOf(response.error());
               },
           .accepts = {}}};
}

}  // namespace weft::server

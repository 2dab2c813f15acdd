#include "server/handlers/instance_rerun.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/id.h"
#include "contract/names.h"
#include "server/handlers/instance_actions.h"
#include "server/rerun_plan.h"
#include "triggers/definitions.h"
#include "triggers/start.h"

namespace weft::server {
namespace {

using expr::Value;
using progress::NodeView;

/// The earlier run, folded on this thread.
struct Earlier {
  progress::Definitions definitions;  // first: what follows holds values of it
  progress::InstanceView view;
  std::optional<Error> differs;
};

Value ListOf(const RerunPlan& plan) {
  auto list = Value::EmptyArray();
  for (const auto& node : plan.again) {
    auto one = Value::Object(
        {{"path", Value(node.path)}, {"kind", Value(dsl::KindName(node.kind))}, {"effects", Value(node.effects)}});
    if (node.once) one.Set("once", Value(true));
    list.Append(std::move(one));
  }
  return list;
}

/// A field of another name or type would quietly run everything again, with its effects.
Result<void> Check(const Value& body) {
  for (const auto& name : body.Keys()) {
    const auto value = body.Get(name);
    if (name == "input" || value.IsNull()) continue;
    if (name == "from" ? value.IsString() : (name == "latest" || name == "dryRun") && value.IsBool()) continue;
    return Fail("validation",
                "a rerun takes `from`, the path of a node, `input`, and `latest` and `dryRun`, which are "
                "true or false; not this `" +
                    name + "`");
  }
  return {};
}

class Rerun {
 public:
  Rerun(const Services& services, std::shared_ptr<const InstanceDocuments> documents)
      : services_(services), documents_(std::move(documents)) {}

  Result<Response> Run(const Request& request) const {
    WEFT_TRY(const auto body, ObjectOf(request));
    WEFT_TRY_VOID(Check(body));
    const auto from = body.Get("from").AsString();
    WEFT_TRY(const auto instance, documents_->Find(request.Parameter("id")));
    Earlier earlier;
    WEFT_TRY_VOID(Fold(instance, from, earlier));
    const auto& view = earlier.view;
    if (earlier.differs)
      return Fail("conflict", "the instance cannot be run again from here: " + earlier.differs->message);
    if (view.trigger.kind == contract::kTestTrigger) {
      return Fail("conflict", "the instance tried a text that was not deployed; try it again from the editor");
    }
    if (view.revision == 0 && !body.Get("latest").Truthy()) {
      return Fail("conflict",
                  "the instance was not started from a deployed workflow; deploy it and rerun with `latest`");
    }
    const int revision = body.Get("latest").Truthy() ? 0 : view.revision;
    WEFT_TRY(const auto definition, services_.definitions->Get(view.ns, view.workflow, revision));
    WEFT_TRY(auto plan, PlanRerun(*definition->workflow, view.nodes, from));

    auto answer = Value::Object({{"rerunOf", Value(instance.shown)},
                                 {"revision", Value(definition->revision)},
                                 {"from", from.empty() ? Value() : Value(from)},
                                 {"runsAgain", ListOf(plan)},
                                 {"reused", Reused(plan)}});
    triggers::StartRequest start;
    start.ns = view.ns;
    start.name = view.workflow;
    start.revision = definition->revision;
    start.trigger = view.trigger;
    start.input = body.Has("input") ? body.Get("input") : view.input;
    start.reuse = std::move(plan.reuse);
    // The same call again, as by a client that lost the answer, starts nothing.
    const std::string key(request.Header("idempotency-key"));
    start.request_id = "rerun." + instance.id + "." + (key.empty() ? NewUlid() : key);
    if (body.Get("dryRun").Truthy()) {
      WEFT_TRY_VOID(services_.starter->Check(start));
      return Response{.status = 200, .body = answer.Dump(), .headers = {}};
    }
    WEFT_TRY(const auto started, services_.starter->Start(start));
    answer.Set("id", Value(started.id));
    return Response{.status = 201, .body = answer.Dump(), .headers = {}};
  }

 private:
  static Value Reused(const RerunPlan& plan) {
    auto paths = Value::EmptyArray();
    for (const auto& [path, output] : plan.reuse) paths.Append(Value(path));
    return paths;
  }

  /// With every iteration of the container that `from` lies in, in whichever run of the chain they ended.
  Result<void> Fold(const NamedInstance& instance, const std::string& from, Earlier& earlier) const {
    progress::Track track(earlier.definitions, instance.id);
    const auto& histories = documents_->histories();
    WEFT_TRY_VOID(histories.Fold(track, instance.id, instance.last_run()));
    earlier.view = progress::ViewOf(track, instance.last_run(), {});
    earlier.differs = track.fold().failure();
    const auto container = OutermostContainerOf(from);
    auto run = container.empty() ? std::string() : instance.last_run();
    std::vector<NodeView>& nodes = earlier.view.nodes;
    std::map<std::string, NodeView> inner;
    while (!run.empty()) {
      progress::Track whole(earlier.definitions, instance.id, container);
      WEFT_TRY_VOID(histories.Fold(whole, instance.id, run));
      for (auto& node : progress::ViewOf(whole, run, {}).nodes) inner.try_emplace(node.path, std::move(node));
      run = whole.continued_from();
    }
    std::erase_if(nodes, [&](const NodeView& node) { return inner.contains(node.path); });
    for (auto& [path, node] : inner) nodes.push_back(std::move(node));
    return {};
  }

  const Services& services_;
  std::shared_ptr<const InstanceDocuments> documents_;
};

}  // namespace

void AddInstanceRerun(std::vector<Route>& routes, Services& services,
                      std::shared_ptr<const InstanceDocuments> documents) {
  const auto rerun = std::make_shared<Rerun>(services, std::move(documents));
  routes.push_back({.method = "POST",
                    .pattern = "/api/v1/instances/{id}/rerun",
                    .permission = Permission::kOperate,
                    .handler = Handler([rerun](const Request& request) {
                      auto response = rerun->Run(request);
                      return response ? *std::move(response) : ProblemOf(response.error());
                    }),
                    .accepts = {"application/json"}});
}

}  // namespace weft::server

#include <algorithm>

#include "dsl/input_schema.h"
#include "dsl/loader.h"
#include "dsl/node_kinds.h"
#include "dsl/values.h"

namespace weft::dsl {
namespace {

using expr::Value;

void ReadSecrets(Loader& loader, const DocumentNode* list, Workflow& workflow) {
  if (list == nullptr) return;
  for (const auto* item : list->items) {
    if (!item->IsString()) continue;
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (item->text.empty() || item->text.size() > 63 || !std::ranges::all_of(item->text, allowed)) {
      loader.problems.Error("value", *item, Quoted(item->text) + " is not the name of a secret",
                            "use up to 63 of a-z, A-Z, 0-9, _ and -");
    } else if (!loader.secrets.insert(item->text).second) {
      loader.problems.Error("duplicate-id", *item, "the secret " + Quoted(item->text) + " is listed twice");
    } else {
      workflow.secrets.push_back(item->text);
    }
  }
}

void ReadNotify(const DocumentNode* list, Workflow& workflow) {
  if (list == nullptr) return;
  for (const auto* item : list->items) {
    NotifyRule rule;
    const auto* on = item->Get("on");
    if (on == nullptr) continue;
    for (const auto* what : on->items) {
      if (what->IsString()) rule.on.push_back(what->text);
      if (what->IsMap()) rule.waiting = DurationOf(what->Get("waiting"));
    }
    rule.to = TextsOf(item->Get("to"));
    workflow.notify.push_back(std::move(rule));
  }
}

std::optional<Concurrency> ReadConcurrency(Loader& loader, const DocumentNode* node) {
  if (node == nullptr || !node->IsMap()) return std::nullopt;
  Concurrency concurrency;
  concurrency.key = loader.ReadExpr(node->Get("key"), {.moment = Moment::kStart});
  concurrency.limit = static_cast<int>(IntegerOf(node->Get("limit")).value_or(1));
  concurrency.skip = TextOf(node->Get("policy")) == "skip";
  return concurrency;
}

/// A queued run counts as running, so that a schedule with `overlap: skip` skips its slots meanwhile.
void WarnOfQueuedSchedules(Loader& loader, const DocumentNode* triggers, const Workflow& workflow) {
  if (loader.normalised || triggers == nullptr || !workflow.concurrency || workflow.concurrency->skip) return;
  for (const auto* trigger : triggers->items) {
    const auto* cron = trigger->Get("cron");
    if (cron == nullptr || TextOf(trigger->Get("overlap")).value_or("skip") != "skip") continue;
    loader.problems.Warning("conflict", *cron,
                            "while a run of this schedule is queued by `concurrency`, its next slots are skipped",
                            "write `overlap: buffer_one` here, or `policy: skip` in `concurrency`");
  }
}

}  // namespace

Value ReadSchema(Loader& loader, const DocumentNode* node) {
  if (node == nullptr) return {};
  auto schema = node->ToValue();
  if (loader.normalised || !node->IsMap()) return schema;
  if (const auto problem = InputSchema::Check(schema)) {
    loader.problems.Error("schema", node->Find(problem->path), "not a valid JSON Schema: " + problem->message);
  }
  return schema;
}

std::shared_ptr<Workflow> ReadWorkflow(Loader& loader, const DocumentNode& root) {
  auto workflow = std::make_shared<Workflow>();
  workflow->name = TextOf(root.Get("name")).value_or("");
  workflow->ns = TextOf(root.Get("namespace")).value_or("default");
  workflow->title = TextOf(root.Get("title")).value_or("");
  workflow->description = TextOf(root.Get("description")).value_or("");
  if (const auto* labels = root.Get("labels")) workflow->labels = labels->ToValue();
  if (const auto* ui = root.Get("ui")) workflow->ui = ui->ToValue();
  workflow->input_schema = ReadSchema(loader, root.Get("input"));
  const auto* vars = root.Get("vars");
  workflow->vars = vars == nullptr ? Value::EmptyObject() : vars->ToValue();
  ReadSecrets(loader, root.Get("secrets"), *workflow);
  workflow->manual = BoolOf(root.Get("manual")).value_or(true);
  workflow->timeout = DurationOf(root.Get("timeout"));
  workflow->finish_on_failure = TextOf(root.Get("on_failure")) == "finish";
  workflow->error_workflow = TextOf(root.Get("error_workflow")).value_or("");
  workflow->concurrency = ReadConcurrency(loader, root.Get("concurrency"));
  ReadNotify(root.Get("notify"), *workflow);
  loader.default_retry = ReadRetry(root.Get("retry"));
  loader.default_timeout = DurationOf(root.Get("node_timeout"));
  workflow->triggers = ReadTriggers(loader, root.Get("triggers"));
  WarnOfQueuedSchedules(loader, root.Get("triggers"), *workflow);

  auto& scope = loader.regions.emplace_back();
  if (const auto* nodes = root.Get("nodes"); nodes != nullptr && nodes->IsMap()) ReadRegion(loader, *nodes, scope);
  workflow->root = scope.region;
  workflow->output = loader.ReadExpr(root.Get("output"), {.moment = Moment::kEnd, .region = &scope, .names = &scope});
  return workflow;
}

}  // namespace weft::dsl

#include "triggers/deploy.h"

#include <utility>

#include "dsl/load.h"
#include "store/audit.h"
#include "store/definitions.h"
#include "store/drafts.h"
#include "store/event_triggers.h"
#include "store/schedules.h"
#include "store/trigger_states.h"
#include "store/webhook_paths.h"
#include "triggers/schedule.h"

namespace weft::triggers {
namespace {

using store::Transaction;

std::vector<store::WebhookPath> WebhookPathsOf(const dsl::Workflow& workflow) {
  std::vector<store::WebhookPath> paths;
  for (const auto& trigger : workflow.triggers) {
    const auto* hook = std::get_if<dsl::WebhookTrigger>(&trigger.kind);
    if (hook == nullptr) continue;
    for (const auto& method : hook->methods) {
      paths.push_back({.ns = {}, .path = hook->path, .method = method, .name = {}, .trigger_id = trigger.id});
    }
  }
  return paths;
}

std::vector<store::EventTrigger> EventTriggersOf(const dsl::Workflow& workflow) {
  std::vector<store::EventTrigger> all;
  for (const auto& trigger : workflow.triggers) {
    if (const auto* event = std::get_if<dsl::EventTrigger>(&trigger.kind)) {
      all.push_back({.ns = {}, .type = event->type, .source = event->source, .name = {}, .trigger_id = trigger.id});
    }
  }
  return all;
}

std::vector<store::TriggerState> FirstStatesOf(const dsl::Workflow& workflow) {
  std::vector<store::TriggerState> states;
  for (const auto& trigger : workflow.triggers) {
    states.push_back({.id = trigger.id, .paused = trigger.paused, .note = {}, .changed_by = {}});
  }
  return states;
}

/// All ways by which something reaches the workflow's triggers.
Result<void> ReplaceRoutes(Transaction& t, const std::string& ns, const std::string& name,
                           const std::vector<store::WebhookPath>& paths, const std::vector<store::EventTrigger>& events,
                           const std::vector<store::Schedule>& schedules) {
  WEFT_TRY_VOID(store::ReplaceWebhookPaths(t, ns, name, paths));
  WEFT_TRY_VOID(store::ReplaceEventTriggers(t, ns, name, events));
  return store::ReplaceSchedules(t, ns, name, schedules);
}

/// A draft that was deployed is none any more; another text is somebody's work, and stays.
Result<void> DropDraft(Transaction& t, const std::string& ns, const std::string& name, std::string_view text) {
  WEFT_TRY_VOID(store::LockDraft(t, ns, name));
  WEFT_TRY(const auto draft, store::FindDraft(t, ns, name));
  if (!draft || draft->text != text) return {};
  return store::DeleteDraft(t, ns, name);
}

store::AuditEntry EntryOf(std::string action, const std::string& ns, const std::string& name, const std::string& who,
                          const std::string& remote, std::string detail = {}) {
  return {.id = {},
          .at = {},
          .actor = who,
          .remote = remote,
          .action = std::move(action),
          .target = ns + '/' + name,
          .detail = std::move(detail)};
}

}  // namespace

Result<Deployment> Deploy(store::Database& database, std::string_view text, const std::string& who, Timestamp now,
                          const std::string& remote) {
  auto loaded = dsl::Load(text);
  Deployment deployment;
  deployment.diagnostics = std::move(loaded.diagnostics);
  if (loaded.workflow == nullptr) return deployment;
  const auto& workflow = *loaded.workflow;
  const store::Revision revision{.ns = workflow.ns,
                                 .name = workflow.name,
                                 .revision = 0,
                                 .digest = workflow.digest,
                                 .normalised = workflow.normalised,
                                 .source = std::string(text),
                                 .title = workflow.title,
                                 .description = workflow.description,
                                 .labels = workflow.labels.IsNull() ? "{}" : workflow.labels.Dump(),
                                 .created_by = who,
                                 .created_at = now};
  const auto paths = WebhookPathsOf(workflow);
  const auto events = EventTriggersOf(workflow);
  const auto states = FirstStatesOf(workflow);
  WEFT_TRY(const auto deployed, database.Write<store::Deployed>([&](Transaction& t) -> Result<store::Deployed> {
    WEFT_TRY(auto added, store::AddRevision(t, revision));
    if (added.created) {
      const auto detail = expr::Value::Object({{"revision", expr::Value(added.revision)}}).Dump();
      WEFT_TRY_VOID(store::AddAudit(t, EntryOf("workflow.deploy", revision.ns, revision.name, who, remote, detail)));
    }
    // States come before schedules, whose first state they are.
    WEFT_TRY_VOID(store::ReplaceTriggerStates(t, workflow.ns, workflow.name, states));
    WEFT_TRY_VOID(
        ReplaceRoutes(t, workflow.ns, workflow.name, paths, events, WantedSchedules(workflow, added.revision)));
    WEFT_TRY_VOID(DropDraft(t, revision.ns, revision.name, text));
    return added;
  }));
  deployment.ns = workflow.ns;
  deployment.name = workflow.name;
  deployment.digest = workflow.digest;
  deployment.revision = deployed.revision;
  deployment.created = deployed.created;
  return deployment;
}

Result<bool> Undeploy(store::Database& database, const std::string& ns, const std::string& name, const std::string& who,
                      const std::string& remote) {
  return database.Write<bool>([&](Transaction& t) -> Result<bool> {
    WEFT_TRY(const auto deleted, store::DeleteWorkflow(t, ns, name));
    if (!deleted) return false;
    WEFT_TRY_VOID(ReplaceRoutes(t, ns, name, {}, {}, {}));
    WEFT_TRY_VOID(store::LockDraft(t, ns, name));
    WEFT_TRY_VOID(store::DeleteDraft(t, ns, name));
    WEFT_TRY_VOID(store::AddAudit(t, EntryOf("workflow.delete", ns, name, who, remote)));
    return true;
  });
}

}  // namespace weft::triggers

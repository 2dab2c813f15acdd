#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

struct Options {
  ServerOptions server;
  std::string workflow, status, trigger, node, search, since;
  std::size_t limit = 50;
  bool json = false;
};

int Run(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    std::vector<std::pair<std::string, std::string>> filters{{"status", options.status},
                                                             {"trigger", options.trigger},
                                                             {"node", options.node},
                                                             {"search", options.search},
                                                             {"started", options.since}};
    if (!options.workflow.empty()) {
      const WorkflowName name(options.workflow);
      filters.emplace_back("namespace", name.ns);
      filters.emplace_back("workflow", name.name);
    }
    WEFT_TRY(const auto items, client.List("/api/v1/instances", filters, options.limit));
    if (options.json) {
      PrintOutput(expr::Value::Array(items).DumpPretty() + "\n");
      return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items) {
      rows.push_back({item.Get("id").AsString(), item.Get("status").AsString(), ShortTime(item.Get("startedAt")),
                      ShortTime(item.Get("endedAt"))});
    }
    PrintOutput(Table({"INSTANCE", "STATUS", "STARTED", "ENDED"}, rows));
    return kOk;
  });
}

}  // namespace

void AddList(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "list", "List instances, newest first.",
                           "weft list\n"
                           "weft list --workflow order-intake --status failed\n"
                           "weft list --node review --since 24h --json");
  verb->add_option("--workflow", options->workflow, "Of this workflow: NAME or NAMESPACE/NAME");
  verb->add_option("--status", options->status,
                   "queued, running, stuck, completed, failed, timed_out, cancelled, terminated or not_triggered");
  verb->add_option("--trigger", options->trigger, "Started by this trigger");
  verb->add_option("--node", options->node, "Waiting at this node");
  verb->add_option("--search", options->search, "Whose id holds this text");
  verb->add_option("--since", options->since,
                   "Started within this length (24h), or from this time on (2026-03-01T08:00:00Z)");
  verb->add_option("--limit", options->limit, "How many at most")->capture_default_str();
  verb->add_flag("--json", options->json, "Print them as JSON");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli

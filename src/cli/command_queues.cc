#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

/// What of a queue its two sides tell together.
struct Sides {
  std::int64_t backlog = 0;
  std::set<std::string> workers;
  std::string heard;  ///< when the last of them asked for work; RFC 3339 in UTC, so that texts compare as times
};

Sides SidesOf(const Value& queue) {
  Sides both;
  for (const auto* side : {"workflows", "activities"}) {
    const auto one = queue.Get(side);
    both.backlog += one.Get("backlog").AsInteger();
    const auto pollers = one.Get("pollers");
    for (std::size_t i = 0; i < pollers.size(); ++i) {
      both.workers.insert(pollers.At(i).Get("identity").AsString());
      both.heard = std::max(both.heard, pollers.At(i).Get("lastAccessAt").AsString());
    }
  }
  return both;
}

int Run(const ServerOptions& server) {
  return ShowList(server, "/api/v1/queues", {"QUEUE", "POLLED", "WAITING", "WORKERS", "HEARD OF", "WORKFLOWS"},
                  [](const Value& queue) {
                    const auto both = SidesOf(queue);
                    return std::vector<std::string>{queue.Get("name").AsString(),
                                                    queue.Get("polled").Truthy() ? "yes" : "no",
                                                    std::to_string(both.backlog),
                                                    std::to_string(both.workers.size()),
                                                    ShortTime(both.heard.empty() ? Value() : Value(both.heard)),
                                                    std::to_string(queue.Get("usedBy").size())};
                  });
}

}  // namespace

void AddQueues(CLI::App& app, Action& action) {
  auto options = std::make_shared<ServerOptions>();
  CLI::App* verb = AddVerb(
      app, "queues", "List the task queues that workflows need, and whether anybody works on them.", "weft queues");
  AddServerOptions(*verb, *options);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli

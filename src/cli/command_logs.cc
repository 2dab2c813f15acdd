#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/remote_instance.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  ServerOptions server;
  std::string id, node;
  bool follow = false;
};

/// Each line behind its node's path; of one node the lines alone, as they came. stderr's stay on stderr.
void Print(const Value& chunk, bool one_node) {
  std::string text;
  const auto path = chunk.Get("path").AsString();
  const auto pieces = chunk.Get("text");
  for (auto rest = pieces.StringView(); !rest.empty();) {
    const auto end = rest.find('\n');
    if (!one_node) text += path + " | ";
    text += std::string(rest.substr(0, end)) + '\n';
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (chunk.Get("stream").StringView() == "stderr") {
    PrintError(text);
  } else {
    PrintOutput(text);
  }
}

int Run(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(auto instance, RemoteInstance::Get(client, options.id));
    const auto path = InstancePath(options.id) + "/logs";
    WEFT_TRY(const auto chunks, client.List(path, {{"path", options.node}}));
    std::int64_t last = 0;
    for (const auto& chunk : chunks) {
      Print(chunk, !options.node.empty());
      last = std::max(last, chunk.Get("sequence").AsInteger());
    }
    if (!options.follow || instance.closed()) return kOk;
    const auto log = [&](const Value& chunk) {
      if (!options.node.empty() && chunk.Get("path").AsString() != options.node) return;
      // The stream begins a little before what the list ended with.
      const auto sequence = chunk.Get("sequence").AsInteger();
      if (sequence > 0 && sequence <= last) return;
      Print(chunk, !options.node.empty());
    };
    WEFT_TRY_VOID(instance.Follow(
        client, {.changed = {}, .log = log, .trouble = [](const std::string& message) { Report(message); }}));
    return kOk;
  });
}

}  // namespace

void AddLogs(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "logs", "Print what an instance's nodes wrote.",
                           "weft logs default.order-intake.hook.8841\n"
                           "weft logs default.order-intake.hook.8841 ship\n"
                           "weft logs default.order-intake.hook.8841 -f");
  verb->add_option("ID", options->id, "The instance")->required();
  verb->add_option("NODE", options->node, "Only of the node with this path, without its name in front");
  verb->add_flag("-f,--follow", options->follow, "Go on printing until the instance has ended");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli

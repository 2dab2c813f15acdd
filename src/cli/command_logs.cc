#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/remote_instance.h"

namespace weft::cli {
namespace {

using expr::Value;

constexpr std::chrono::milliseconds kPause{300};
/// Workers send what nodes wrote in batches, the last of them a moment after the node has ended.
constexpr std::chrono::seconds kLate{2};
constexpr std::size_t kMost = 1'000'000;

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

/// Prints what has come after the chunk `last`.
Result<void> PrintNew(ApiClient& client, const Options& options, std::int64_t& last, bool closed) {
  const auto cursor = last == 0 ? std::string() : std::to_string(last);
  WEFT_TRY(const auto chunks, client.List(InstancePath(options.id) + "/logs", {{"path", options.node}}, kMost, cursor));
  for (const auto& chunk : chunks) {
    const auto sequence = chunk.Get("sequence").AsInteger();
    // What no worker sent to the server is known from results only, and is whole at the end.
    if (sequence == 0 && options.follow && !closed) continue;
    Print(chunk, !options.node.empty());
    last = std::max(last, sequence);
  }
  return {};
}

/// Fails with `not_found` when there is no such node. One inside a loop may still begin.
Result<void> CheckNode(ApiClient& client, const Options& options, bool closed) {
  if (options.node.empty()) return {};
  const auto found = client.Get(InstancePath(options.id) + QueryText({{"path", options.node}}));
  if (found || (options.follow && !closed && options.node.contains('/'))) return {};
  return std::unexpected(found.error());
}

int Run(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    std::int64_t last = 0;
    bool late = false;
    bool checked = false;
    while (true) {
      WEFT_TRY(const auto document, client.Get(InstancePath(options.id)));
      const bool closed = IsClosed(document);
      if (!std::exchange(checked, true)) WEFT_TRY_VOID(CheckNode(client, options, closed));
      WEFT_TRY_VOID(PrintNew(client, options, last, closed));
      if (!options.follow || late) return kOk;
      late = closed;
      std::this_thread::sleep_for(closed ? kLate : kPause);
    }
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

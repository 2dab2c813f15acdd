#include <string>
#include <vector>

#include "base/encode.h"
#include "cli/command.h"
#include "cli/file.h"
#include "cli/hidden_input.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

constexpr const char* kPath = "/api/v1/channels";

struct Options {
  ServerOptions server;
  std::string name, kind, config, language;
  std::vector<std::string> all;
};

std::string PathOf(const Options& options) { return std::string(kPath) + '/' + PercentEncode(options.name); }

/// The settings hold secrets, so they come from a file or standard input, not from the command line.
Result<Value> ReadConfig(const Options& options) {
  std::string text;
  if (options.config.empty()) {
    WEFT_TRY(text, ReadHidden("Settings as JSON: "));
  } else {
    WEFT_TRY(text, ReadTextFile(options.config));
  }
  auto config = Value::Parse(text, Value::kMaxDepth);
  if (!config) return Fail("usage", "The channel's settings are not JSON: " + config.error().message);
  return config;
}

int Set(const Options& options) {
  const auto config = ReadConfig(options);
  if (!config) return ReportFailure(config.error());
  auto body = Value::Object({{"name", Value(options.name)}, {"kind", Value(options.kind)}, {"config", *config}});
  if (!options.language.empty()) body.Set("language", Value(options.language));
  if (!options.all.empty()) {
    auto all = Value::EmptyArray();
    for (const auto& event : options.all) all.Append(Value(event));
    body.Set("all", std::move(all));
  }
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Send("PUT", PathOf(options), body.Dump()));
    Report("channel " + options.name + " is set; try it: weft channel test " + options.name);
    return kOk;
  });
}

int List(const Options& options) {
  return ShowList(options.server, kPath, {"NAME", "KIND", "LANGUAGE", "CHANGED"}, [](const Value& item) {
    return std::vector<std::string>{item.Get("name").AsString(), item.Get("kind").AsString(),
                                    item.Get("language").AsString(), ShortTime(item.Get("updatedAt"))};
  });
}

int Delete(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Send("DELETE", PathOf(options)));
    Report("channel " + options.name + " is deleted");
    return kOk;
  });
}

int Test(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto sent, client.Post(PathOf(options) + "/test", Value::EmptyObject()));
    if (sent.Get("delivered").AsBool()) {
      Report("channel " + options.name + " took the message");
      return kOk;
    }
    Report("channel " + options.name + " did not take the message: " + sent.Get("error").AsString());
    return kFailed;
  });
}

}  // namespace

void AddChannel(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "channel", "Set, list, test and delete notification channels.",
                           "weft channel set ops --kind webhook --config ops.json\n"
                           "weft channel set team --kind feishu --language zh --all failed < team.json\n"
                           "weft channel list\n"
                           "weft channel test ops\n"
                           "weft channel delete ops");
  AddServerOptions(*verb, options->server);
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, const char* example, int (*run)(const Options&),
                       bool named) {
    CLI::App* sub = AddSubVerb(*verb, name, about, example, action, [options, run] { return run(*options); });
    if (named) sub->add_option("NAME", options->name, "The channel, as workflows write it")->required();
    return sub;
  };
  CLI::App* set =
      add("set", "Make a channel, or change one.", "weft channel set ops --kind webhook --config ops.json", Set, true);
  set->add_option("--kind", options->kind, "webhook, email, slack, dingtalk, feishu or wecom")->required();
  set->add_option("--config", options->config, "File with its settings as JSON (default: standard input)");
  set->add_option("--language", options->language, "en or zh");
  set->add_option("--all", options->all, "Tell it of this event of every workflow (failed, stuck, …); repeatable")
      ->allow_extra_args(false);
  add("list", "List channels, without their secrets.", "weft channel list", List, false);
  add("test", "Send a message through a channel now.", "weft channel test ops", Test, true);
  add("delete", "Delete a channel.", "weft channel delete ops", Delete, true);
}

}  // namespace weft::cli

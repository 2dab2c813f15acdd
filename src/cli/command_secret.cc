#include <string>
#include <vector>

#include "base/encode.h"
#include "cli/command.h"
#include "cli/hidden_input.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

constexpr const char* kPath = "/api/v1/secrets";

struct Options {
  ServerOptions server;
  std::string ns = "default", name;
};

int Set(const Options& options) {
  const auto value = ReadHidden("Value of " + options.name + ": ");
  if (!value) return ReportFailure(value.error());
  const auto body =
      Value::Object({{"namespace", Value(options.ns)}, {"name", Value(options.name)}, {"value", Value(*value)}});
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Post(kPath, body));
    Report("secret " + options.ns + '/' + options.name + " is set");
    return kOk;
  });
}

int List(const Options& options) {
  return ShowList(options.server, kPath, {"NAMESPACE", "NAME", "CHANGED", "BY"}, [](const Value& item) {
    return std::vector<std::string>{item.Get("namespace").AsString(), item.Get("name").AsString(),
                                    ShortTime(item.Get("updatedAt")), item.Get("updatedBy").AsString()};
  });
}

int Delete(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Send(
        "DELETE", std::string(kPath) + '/' + PercentEncode(options.ns) + '/' + PercentEncode(options.name)));
    Report("secret " + options.ns + '/' + options.name + " is deleted");
    return kOk;
  });
}

}  // namespace

void AddSecret(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "secret", "Set, list and delete secrets. Their values are never shown.",
                           "weft secret set shop_token            # asks for the value\n"
                           "weft secret set shop_token < token.txt\n"
                           "weft secret list\n"
                           "weft secret delete shop_token --namespace shop");
  AddServerOptions(*verb, options->server);
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, const char* example, int (*run)(const Options&),
                       bool named) {
    CLI::App* sub = AddSubVerb(*verb, name, about, example, action, [options, run] { return run(*options); });
    if (named) {
      sub->add_option("NAME", options->name, "The secret, as workflows write it")->required();
      sub->add_option("--namespace", options->ns, "Of its workflows")->capture_default_str();
    }
  };
  add("set", "Set a secret; the value comes from standard input or is asked for.",
      "weft secret set shop_token < token.txt", Set, true);
  add("list", "List secrets by name.", "weft secret list", List, false);
  add("delete", "Delete a secret.", "weft secret delete shop_token", Delete, true);
}

}  // namespace weft::cli

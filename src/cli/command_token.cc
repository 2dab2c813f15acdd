#include <string>
#include <vector>

#include "base/encode.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

constexpr const char* kPath = "/api/v1/tokens";

struct Options {
  ServerOptions server;
  std::string name, expires;
  std::vector<std::string> permissions, namespaces;
};

Value Texts(const std::vector<std::string>& texts) {
  auto list = Value::EmptyArray();
  for (const auto& text : texts) list.Append(Value(text));
  return list;
}

std::string Joined(const Value& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) text += (i == 0 ? "" : ",") + list.At(i).AsString();
  return text.empty() ? "-" : text;
}

int Create(const Options& options) {
  auto body = Value::Object({{"name", Value(options.name)}, {"permissions", Texts(options.permissions)}});
  if (!options.namespaces.empty()) body.Set("namespaces", Texts(options.namespaces));
  if (!options.expires.empty()) body.Set("expiresIn", Value(options.expires));
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto token, client.Post(kPath, body));
    Report("token " + options.name + " (it is not shown again):");
    PrintOutput(token.Get("token").AsString() + "\n");
    return kOk;
  });
}

int List(const Options& options) {
  return ShowList(options.server, kPath, {"NAME", "PERMISSIONS", "NAMESPACES", "EXPIRES", "USED"},
                  [](const Value& item) {
                    return std::vector<std::string>{item.Get("name").AsString(), Joined(item.Get("permissions")),
                                                    Joined(item.Get("namespaces")), ShortTime(item.Get("expiresAt")),
                                                    ShortTime(item.Get("usedAt"))};
                  });
}

int Delete(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Send("DELETE", std::string(kPath) + '/' + PercentEncode(options.name)));
    Report("token " + options.name + " is revoked");
    return kOk;
  });
}

}  // namespace

void AddToken(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "token", "Create, list and revoke API tokens.",
                           "weft token create ci --permission edit --permission view\n"
                           "weft token create worker-1 --permission worker --namespace shop --expires 90d\n"
                           "weft token list\n"
                           "weft token delete ci");
  AddServerOptions(*verb, options->server);
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, const char* example, int (*run)(const Options&)) {
    return AddSubVerb(*verb, name, about, example, action, [options, run] { return run(*options); });
  };
  CLI::App* create = add("create", "Create a token; prints it, this once.",
                         "weft token create ci --permission edit --permission view", Create);
  create->add_option("NAME", options->name, "For people; unique")->required();
  create->add_option("--permission", options->permissions, "view, operate, publish, edit, admin or worker; repeatable")
      ->required()
      ->allow_extra_args(false);
  create
      ->add_option("--namespace", options->namespaces, "A worker's: whose secrets it may have; repeatable, `*` for all")
      ->allow_extra_args(false);
  create->add_option("--expires", options->expires, "After so long (90d); default: never");
  add("list", "List tokens, without themselves.", "weft token list", List);
  add("delete", "Revoke a token.", "weft token delete ci", Delete)
      ->add_option("NAME", options->name, "Its name or id")
      ->required();
}

}  // namespace weft::cli

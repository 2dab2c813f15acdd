#include <string>

#include "base/id.h"
#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  ServerOptions server;
  std::string type, data, key, subject, source = "weft", id, instance, ns;
};

int Run(const Options& options) {
  auto event = Value::Object({{"specversion", Value("1.0")},
                              {"type", Value(options.type)},
                              {"source", Value(options.source)},
                              {"id", Value(options.id.empty() ? NewUlid() : options.id)}});
  if (!options.key.empty()) event.Set("key", Value(options.key));
  if (!options.subject.empty()) event.Set("subject", Value(options.subject));
  if (!options.data.empty()) {
    const auto data = ReadJsonArgument("--data", options.data);
    if (!data) return ReportFailure(data.error());
    event.Set("data", *data);
  }
  const auto path = options.instance.empty() ? "/api/v1/events" + QueryText({{"namespace", options.ns}})
                                             : InstancePath(options.instance) + "/event";
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto answer, client.Send("POST", path, event.Dump(), "application/cloudevents+json"));
    const auto accepted = Value::Parse(answer.body);
    const bool repeated = accepted && accepted->Get("items").At(0).Get("duplicate").AsBool();
    if (repeated) Report("an event of this source and id was accepted before; it reaches nobody twice");
    PrintOutput(event.Get("id").AsString() + "\n");
    return kOk;
  });
}

}  // namespace

void AddEvent(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "event", "Publish an event (CloudEvents); prints its id.",
                           "weft event --type com.shop.review.done --key 8841 --data '{\"ok\":true}'\n"
                           "weft event --type com.shop.order.placed --data @order.json --source shop --id 8841\n"
                           "weft event --type go --instance default.order-intake.hook.8841");
  verb->add_option("--type", options->type, "Its type")->required();
  verb->add_option("--data", options->data, "Its data: JSON, @FILE, or - for standard input");
  verb->add_option("--key", options->key, "Reaches nodes that wait for this key, and those that wait for any");
  verb->add_option("--subject", options->subject, "Its subject");
  verb->add_option("--source", options->source, "Its source; with the id it names the event")->capture_default_str();
  verb->add_option("--id", options->id,
                   "Its id; sent twice with one id and source, it counts once (default: a new one)");
  verb->add_option("--instance", options->instance, "Only to this instance, whatever its nodes' keys");
  verb->add_option("--namespace", options->ns, "To workflows of this namespace (default: default)");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli

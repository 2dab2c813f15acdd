#include <string>

#include "base/encode.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  ServerOptions server;
  std::string name, trigger, note, from, to, overlap;
};

std::string PathOf(const Options& options, const std::string& what) {
  return WorkflowName(options.name).path() + "/triggers/" + PercentEncode(options.trigger) + '/' + what;
}

int Change(const Options& options, const std::string& how) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    auto body = Value::EmptyObject();
    if (!options.note.empty()) body.Set("note", Value(options.note));
    WEFT_TRY(const auto trigger, client.Post(PathOf(options, how), body));
    Report(options.name + ' ' + options.trigger + (trigger.Get("paused").AsBool() ? ": paused" : ": active"));
    return kOk;
  });
}

int Fire(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto fired, client.Post(PathOf(options, "fire"), Value::EmptyObject()));
    if (fired.Get("id").IsNull()) {
      Report("it starts as soon as the run before it has ended");
    } else {
      PrintOutput(fired.Get("id").AsString() + "\n");
    }
    return kOk;
  });
}

int Backfill(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    auto body = Value::Object({{"from", Value(options.from)}, {"to", Value(options.to)}});
    if (!options.overlap.empty()) body.Set("overlap", Value(options.overlap));
    WEFT_TRY(const auto answer, client.Post(PathOf(options, "backfill"), body));
    Report("backfilling " + answer.Get("slots").Dump() + " slots (" + answer.Get("overlap").AsString() + ")");
    return kOk;
  });
}

CLI::App* Add(CLI::App& app, const std::string& verb_name, const std::string& about, const std::string& examples,
              const std::shared_ptr<Options>& options) {
  CLI::App* verb = AddVerb(app, verb_name, about, examples);
  verb->add_option("NAME", options->name, "The workflow: NAME or NAMESPACE/NAME")->required();
  verb->add_option("TRIGGER", options->trigger, "The trigger's id")->required();
  AddServerOptions(*verb, options->server);
  return verb;
}

}  // namespace

void AddPause(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = Add(app, "pause", "Stop a trigger from starting instances. It stays so across deploys.",
                       "weft pause order-intake nightly --note \"stocktaking until Monday\"", options);
  verb->add_option("--note", options->note, "Why, for those who look at it");
  verb->callback([options, &action] { action = [options] { return Change(*options, "pause"); }; });
}

void AddResume(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      Add(app, "resume", "Let a paused trigger start instances again.", "weft resume order-intake nightly", options);
  verb->callback([options, &action] { action = [options] { return Change(*options, "resume"); }; });
}

void AddFire(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = Add(app, "fire", "Fire a cron trigger now, paused or not; prints the instance's id.",
                       "weft fire order-intake nightly", options);
  verb->callback([options, &action] { action = [options] { return Fire(*options); }; });
}

void AddBackfill(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      Add(app, "backfill", "Fire a cron trigger for every slot of the past between two times, both included.",
          "weft backfill order-intake nightly --from 2026-03-01T00:00:00Z --to 2026-03-07T00:00:00Z", options);
  verb->add_option("--from", options->from, "From this time on (RFC 3339)")->required();
  verb->add_option("--to", options->to, "Up to this time (RFC 3339)")->required();
  verb->add_option("--overlap", options->overlap,
                   "What to do while one of them runs (default: buffer_all, one after the other; allow_all: at once)");
  verb->callback([options, &action] { action = [options] { return Backfill(*options); }; });
}

}  // namespace weft::cli

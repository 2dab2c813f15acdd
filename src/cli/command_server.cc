#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <stop_token>
#include <string>

#include "cli/command.h"
#include "cli/data_directory.h"
#include "cli/interrupts.h"
#include "cli/output.h"
#include "cli/serving.h"
#include "cli/temporal.h"

namespace weft::cli {
namespace {

struct Options {
  ServingOptions serving;
  std::string database;
  std::string temporal;
  std::string log = "info";
  std::vector<std::string> http_allow;
};

int Serve(Options options) {
  LogToStderr(options.log);
  std::stop_source stop;
  const Interrupts interrupts([&stop](int count) {
    if (count > 1) std::_Exit(kFailed);
    stop.request_stop();
  });
  auto& serving = options.serving;
  if (serving.data.empty()) serving.data = DefaultDataDirectory();
  if (const auto made = MakeDataDirectory(serving.data); !made) return RefuseToServe(made.error());
  const auto runtime = StartRuntime();
  if (!runtime) return RefuseToServe(runtime.error());
  const auto connection = OpenConnection(*runtime, options.temporal);
  if (!connection) return RefuseToServe(connection.error());

  server::ServerOptions what;
  what.listener.host = serving.host;
  what.listener.port = serving.port;
  what.database.url = options.database.empty() ? serving.data + "/weft.db" : options.database;
  what.data = serving.data;
  what.authenticate = serving.auth != "none";
  what.public_url = serving.public_url;
  what.hosts = serving.hosts;
  what.outgoing.http_allow = options.http_allow;
  if (what.authenticate) {
    auto token = OwnToken(serving.data);
    if (!token) return RefuseToServe(token.error());
    what.own_token = *std::move(token);
  }
  const auto server = server::Server::Start(*connection, std::move(what));
  if (!server) return RefuseToServe(server.error());
  spdlog::info("serving on {}", (*server)->url());
  (*server)->Run(stop.get_token());
  return kOk;
}

}  // namespace

void AddServer(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "server", "Serve the API, the web interface, webhooks and events until interrupted.",
                           "weft server --temporal 127.0.0.1:7233\n"
                           "weft server --host 0.0.0.0 --public-url https://weft.example.com --database "
                           "postgresql://weft@db/weft");
  verb->add_option("--host", options->serving.host, "Address to listen on; others than loopback need authentication")
      ->capture_default_str()
      ->group(kSettings);
  AddServingOptions(*verb, options->serving);
  verb->add_option("--database", options->database,
                   "postgresql://… or the path of a SQLite file (default: weft.db in the data directory)")
      ->group(kSettings);
  verb->add_option("--temporal", options->temporal, "Temporal's HOST:PORT")->group(kSettings);
  verb->add_option("--log", options->log, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str()
      ->group(kSettings);
  verb->add_option("--auth", options->serving.auth, "token, or none (on loopback only)")
      ->check(CLI::IsMember({"token", "none"}))
      ->capture_default_str()
      ->group(kProtection);
  verb->add_option("--http-allow", options->http_allow,
                   "Host or CIDR block that notifications may go to although it is not public; repeatable")
      ->group(kProtection);
  verb->callback([options, &action] { action = [options] { return Serve(*options); }; });
}

}  // namespace weft::cli

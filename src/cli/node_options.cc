#include "cli/node_options.h"

#include <utility>

#include "activities/register.h"
#include "activities/server_logs.h"
#include "activities/server_secrets.h"
#include "cli/command.h"

namespace weft::cli {

void AddSandboxOption(CLI::App& verb, std::string& value) {
  verb.add_option("--sandbox", value,
                  "Where shell and Python run: bwrap (bubblewrap), or off: with all of this user's rights")
      ->check(CLI::IsMember({"bwrap", "off"}))
      ->capture_default_str()
      ->group(kProtection);
}

activities::Settings::Sandbox SandboxOf(const std::string& value) {
  return value == "off" ? activities::Settings::Sandbox::kOff : activities::Settings::Sandbox::kBubblewrap;
}

std::map<std::string, temporalio::ActivityHandler> MakeHandlers(
    activities::Settings settings, const std::shared_ptr<temporalio::Connection>& connection,
    std::function<void(const std::string& node, std::string_view line)> log) {
  activities::HandlerOptions options;
  options.answers = activities::AnswersOf(connection);
  if (log) {
    options.log = [log = std::move(log)](const temporalio::ActivityInfo& info, activities::Stream,
                                         std::string_view line) { log(info.activity_id, line); };
  }
  return activities::MakeHandlers(
      std::make_shared<activities::Activities>(std::move(settings), activities::LocalSecrets()), std::move(options));
}

std::map<std::string, temporalio::ActivityHandler> MakeHandlers(
    activities::Settings settings, const std::shared_ptr<temporalio::Connection>& connection,
    const std::shared_ptr<activities::ServerLink>& server) {
  const auto secrets = std::make_shared<activities::ServerSecrets>(server, activities::LocalSecrets());
  const auto logs = std::make_shared<activities::ServerLogs>(server);
  activities::HandlerOptions options;
  options.answers = activities::AnswersOf(connection);
  options.secrets = [secrets](const temporalio::ActivityInfo& info) { return secrets->For(info); };
  options.log = [logs](const temporalio::ActivityInfo& info, activities::Stream stream, std::string_view line) {
    logs->Add(info, stream, line);
  };
  return activities::MakeHandlers(
      std::make_shared<activities::Activities>(std::move(settings), activities::LocalSecrets()), std::move(options));
}

}  // namespace weft::cli

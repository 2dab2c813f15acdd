#include "cli/temporal.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/host.h"
#include "temporalio/config/environment.h"

namespace weft::cli {
namespace {

spdlog::level::level_enum LevelOf(temporalio::LogLevel level) {
  switch (level) {
    case temporalio::LogLevel::kTrace: return spdlog::level::trace;
    case temporalio::LogLevel::kDebug: return spdlog::level::debug;
    case temporalio::LogLevel::kInfo: return spdlog::level::info;
    case temporalio::LogLevel::kWarn: return spdlog::level::warn;
    case temporalio::LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

temporalio::LogLevel CoreLevel() {
  switch (spdlog::get_level()) {
    case spdlog::level::trace: return temporalio::LogLevel::kTrace;
    case spdlog::level::debug: return temporalio::LogLevel::kDebug;
    case spdlog::level::info:
    case spdlog::level::warn: return temporalio::LogLevel::kWarn;
    default: return temporalio::LogLevel::kError;
  }
}

/// The tool that tools/setup found or built, unless another one is named.
std::string TemporalCli() {
  const char* named = std::getenv("WEFT_TEMPORAL_CLI");
  if (named != nullptr && *named != '\0') return named;
  return ::access(WEFT_TEMPORAL_CLI, X_OK) == 0 ? WEFT_TEMPORAL_CLI : "temporal";
}

Error Unreachable(const std::string& address, const temporalio::Error& error) {
  if (error.code == temporalio::Error::Code::kInvalidArgument) return {"settings", error.message};
  return {"temporal",
          "Temporal at " + address + " cannot be used: " + error.message +
              "\nCheck that it runs there (`temporal server start-dev` starts one on 127.0.0.1:7233), that the "
              "address is right (--temporal or TEMPORAL_ADDRESS), and its TLS settings and namespace."};
}

/// Whoever can start workflows in Temporal's namespace can run code on its workers.
void WarnIfOpen(const temporalio::ConnectionOptions& options) {
  if (IsLoopbackHost(HostOf(options.target)) || options.tls || !options.api_key.empty()) return;
  static std::once_flag once;
  std::call_once(once, [&options] {
    spdlog::warn(
        "Temporal at {} is reached without TLS and without credentials: whoever reaches it too can run code on "
        "the workers. Set TEMPORAL_TLS_* or TEMPORAL_API_KEY.",
        options.target);
  });
}

Result<std::shared_ptr<temporalio::Connection>> ConnectBy(decltype(temporalio::Connection::Connect)& connect,
                                                          const std::shared_ptr<temporalio::Runtime>& runtime,
                                                          const std::string& address) {
  auto options = temporalio::LoadConnectionOptions();
  if (!options) return Fail("settings", options.error().message);
  if (!address.empty()) options->target = address;
  WarnIfOpen(*options);
  const auto target = options->target;
  auto connection = connect(runtime, *std::move(options));
  if (!connection) return std::unexpected(Unreachable(target, connection.error()));
  return *std::move(connection);
}

}  // namespace

void LogToStderr(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("weft");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(level));
}

Result<std::shared_ptr<temporalio::Runtime>> StartRuntime() {
  temporalio::RuntimeOptions options;
  options.log_level = CoreLevel();
  options.log = [](const temporalio::LogRecord& record) {
    const bool has_fields = !record.fields_json.empty() && record.fields_json != "{}";
    spdlog::log(LevelOf(record.level), "temporal: {}{}{}", record.message, has_fields ? " " : "",
                has_fields ? record.fields_json : "");
  };
  auto runtime = temporalio::Runtime::Create(std::move(options));
  if (!runtime) return Fail("temporal", "Temporal's Core cannot be started: " + runtime.error().message);
  return *std::move(runtime);
}

Result<std::shared_ptr<temporalio::Connection>> Connect(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                        const std::string& address) {
  return ConnectBy(temporalio::Connection::Connect, runtime, address);
}

Result<std::shared_ptr<temporalio::Connection>> OpenConnection(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                               const std::string& address) {
  return ConnectBy(temporalio::Connection::Open, runtime, address);
}

bool EnvironmentNamesTemporal() {
  const char* address = std::getenv("TEMPORAL_ADDRESS");
  return address != nullptr && *address != '\0';
}

Result<std::unique_ptr<temporalio::testing::DevServer>> StartPrivateTemporal(
    const std::shared_ptr<temporalio::Runtime>& runtime, const std::string& database, std::uint16_t port) {
  temporalio::testing::DevServerOptions options;
  options.cli = TemporalCli();
  options.db_filename = database;
  options.port = port;
  auto server = temporalio::testing::DevServer::Start(runtime, std::move(options));
  if (!server) {
    return Fail("temporal",
                "A private Temporal server (" + TemporalCli() + ") cannot be started: " + server.error().message);
  }
  return *std::move(server);
}

}  // namespace weft::cli

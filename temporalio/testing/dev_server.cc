#include "temporalio/testing/dev_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <utility>
#include <vector>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/testing/child_process.h"

namespace temporalio::testing {
namespace {

constexpr std::chrono::milliseconds kRetryInterval{50};
constexpr int kPortAttempts = 3;

std::optional<std::uint16_t> FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) return std::nullopt;
  return ntohs(address.sin_port);
}

std::vector<std::string> CommandLine(const DevServerOptions& options, std::uint16_t port) {
  std::vector<std::string> arguments = {
      options.cli,   "server",         "start-dev",          "--headless",  "--ip",
      "127.0.0.1",   "--port",         std::to_string(port), "--namespace", options.namespace_name,
      "--log-level", options.log_level};
  if (!options.db_filename.empty()) arguments.insert(arguments.end(), {"--db-filename", options.db_filename});
  for (const auto& [key, value] : options.dynamic_config)
    arguments.insert(arguments.end(), {"--dynamic-config-value", key + "=" + value});
  return arguments;
}

// Whether the server answers calls about its namespace.
Result<void> Ask(const std::shared_ptr<Runtime>& runtime, const std::string& target,
                 const std::string& namespace_name) {
  ConnectionOptions options;
  options.target = target;
  options.namespace_name = namespace_name;
  auto connection = Connection::Connect(runtime, std::move(options));
  if (!connection) return std::unexpected(std::move(connection).error());
  temporal::api::workflowservice::v1::DescribeNamespaceRequest request;
  request.set_namespace_(namespace_name);
  auto described = (*connection)
                       ->Call<temporal::api::workflowservice::v1::DescribeNamespaceResponse>(
                           "DescribeNamespace", request, {.timeout = std::chrono::seconds(5), .retry = false});
  if (!described) return std::unexpected(std::move(described).error());
  return {};
}

Error StartError(const std::string& what, const ChildProcess& process) {
  const std::string output = process.OutputTail();
  return {Error::Code::kUnavailable,
          "The Temporal dev server " + what + (output.empty() ? " It wrote nothing." : " Its last lines:\n" + output),
          {}};
}

}  // namespace

DevServer::DevServer(std::unique_ptr<ChildProcess> process, std::string target)
    : process_(std::move(process)), target_(std::move(target)) {}
DevServer::~DevServer() = default;

bool DevServer::EndsWithin(std::chrono::milliseconds patience) const { return process_->EndsWithin(patience); }
int DevServer::pid() const { return process_->pid(); }
std::string DevServer::LogTail() const { return process_->OutputTail(); }

Result<std::unique_ptr<DevServer>> DevServer::Start(std::shared_ptr<Runtime> runtime, DevServerOptions options) {
  const auto deadline = std::chrono::steady_clock::now() + options.startup_timeout;
  for (int attempt = 1;; ++attempt) {
    const std::optional<std::uint16_t> port = options.port != 0 ? options.port : FreePort();
    if (!port) return Fail(Error::Code::kResourceExhausted, "There is no free port on the loopback interface.");
    const std::string target = "127.0.0.1:" + std::to_string(*port);
    auto process = ChildProcess::Start(CommandLine(options, *port));
    if (!process) return std::unexpected(std::move(process).error());
    for (;;) {
      const Result<void> asked = Ask(runtime, target, options.namespace_name);
      const bool ended = (*process)->EndsWithin(asked ? std::chrono::milliseconds(0) : kRetryInterval);
      if (asked && !ended) return std::unique_ptr<DevServer>(new DevServer(*std::move(process), target));
      if (ended) {
        // Someone else took the port (or one of those the server takes for itself) in the meantime.
        if (options.port == 0 && attempt < kPortAttempts && (*process)->OutputTail().contains("address already in use"))
          break;
        return std::unexpected(StartError("ended instead of starting.", **process));
      }
      if (std::chrono::steady_clock::now() > deadline)
        return std::unexpected(StartError("does not answer: " + asked.error().message, **process));
    }
  }
}

}  // namespace temporalio::testing

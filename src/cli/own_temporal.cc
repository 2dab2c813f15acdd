#include "cli/own_temporal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "cli/output.h"
#include "cli/temporal.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/client/client.h"
#include "temporalio/converter/time.h"

namespace weft::cli {
namespace {

constexpr auto kKept = std::chrono::hours(24 * 30);
constexpr std::chrono::milliseconds kLook{250};
constexpr std::chrono::seconds kPatience{5};

bool IsFree(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // whoever starts on it says what is wrong
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // what a server that just ended leaves is no obstacle
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

/// After a `kill -9` of its parent, the Temporal that was started before takes a moment to end.
bool BecomesFree(std::uint16_t port) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!IsFree(port)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

/// The dev server keeps closed runs for a day, unless it is told otherwise.
Result<void> KeepHistories(const std::shared_ptr<temporalio::Runtime>& runtime, const std::string& target) {
  WEFT_TRY(const auto connection, Connect(runtime, target));
  const temporalio::Client client(connection);
  auto request = client.NewRequest<temporal::api::workflowservice::v1::UpdateNamespaceRequest>();
  *request.mutable_config()->mutable_workflow_execution_retention_ttl() =
      temporalio::ToDuration(std::chrono::duration_cast<std::chrono::milliseconds>(kKept));
  const auto updated =
      client.Call<temporal::api::workflowservice::v1::UpdateNamespaceResponse>("UpdateNamespace", request);
  if (!updated) return Fail("temporal", "Temporal does not keep histories for 30 days: " + updated.error().message);
  return {};
}

}  // namespace

std::string OwnTemporal::TargetOn(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

Result<void> OwnTemporal::CheckPort(std::uint16_t port) {
  if (BecomesFree(port)) return {};
  return Fail("usage", "port " + std::to_string(port) +
                           " is taken: end what uses it, give another one by --temporal-port, or, when it is a "
                           "Temporal to work with, name it by --temporal");
}

Result<std::unique_ptr<OwnTemporal>> OwnTemporal::Start(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                        std::string database, std::uint16_t port) {
  WEFT_TRY(auto server, StartPrivateTemporal(runtime, database, port));
  WEFT_TRY_VOID(KeepHistories(runtime, server->target()));
  return std::unique_ptr<OwnTemporal>(new OwnTemporal(runtime, std::move(database), port, std::move(server)));
}

OwnTemporal::OwnTemporal(std::shared_ptr<temporalio::Runtime> runtime, std::string database, std::uint16_t port,
                         std::unique_ptr<temporalio::testing::DevServer> server)
    : runtime_(std::move(runtime)),
      database_(std::move(database)),
      port_(port),
      server_(std::move(server)),
      watching_([this](const std::stop_token& stop) { Watch(stop); }) {}

OwnTemporal::~OwnTemporal() {
  watching_.request_stop();
  watching_.join();
}

void OwnTemporal::Watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!server_->EndsWithin(kLook)) continue;
    Report("Temporal ended; starting it again. Its last lines:\n" + server_->LogTail());
    server_.reset();
    while (server_ == nullptr && !stop.stop_requested()) {
      auto started = StartPrivateTemporal(runtime_, database_, port_);
      if (started) {
        server_ = *std::move(started);
      } else {
        Report(started.error().message);
      }
    }
    if (server_ == nullptr) return;
  }
}

}  // namespace weft::cli

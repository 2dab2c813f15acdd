#pragma once

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "temporalio/bridge/runtime.h"
#include "temporalio/error.h"

namespace temporalio {

/// Certificates and keys are PEM text, not paths.
struct TlsOptions {
  /// The name the server's certificate must carry; empty: the target's host.
  std::string server_name;
  /// Empty: the system's roots.
  std::string server_root_ca_cert;
  /// Both or neither.
  std::string client_cert;
  std::string client_private_key;
};

struct ConnectionOptions {
  /// `host:port`.
  std::string target = "127.0.0.1:7233";
  /// The namespace that workers and clients of this connection use.
  std::string namespace_name = "default";
  /// Unset: plain text, unless `api_key` is set, which is only ever sent over TLS.
  std::optional<TlsOptions> tls;
  std::string api_key;
  /// Sent with every call. Names are lower case.
  std::map<std::string, std::string> headers{};
  /// Who acts, as shown in histories; empty: `PID@HOST`.
  std::string identity;
};

enum class Service { kWorkflow, kOperator, kCloud, kHealth };

struct CallOptions {
  Service service = Service::kWorkflow;
  /// Of each attempt; zero: none. Long polls need none or more than the server's own.
  std::chrono::milliseconds timeout{0};
  /// Core tries again after errors that may pass, for about ten seconds. A call that creates something needs a fixed
  /// request id for that.
  bool retry = true;
  /// Ends the call early with kCancelled.
  std::stop_token stop{};
  /// Added to the connection's headers.
  std::map<std::string, std::string> headers{};
};

/// A gRPC connection to one Temporal address; reconnects by itself. All calls block the calling thread and may be made
/// from any number of threads at once, except those that run Core's callbacks (the log).
class Connection {
 public:
  /// Blocks until the server has answered. Fails with kUnavailable, naming the address, if it does not, and with
  /// kInvalidArgument if the options cannot work.
  static Result<std::shared_ptr<Connection>> Connect(std::shared_ptr<Runtime> runtime, ConnectionOptions options);
  /// As Connect, for processes that begin without Temporal: while the server does not answer, calls fail with
  /// kUnavailable at once, and a thread of the connection goes on trying. The log says so. Waits a little for the first
  /// answer. Its end waits for the attempt under way.
  static Result<std::shared_ptr<Connection>> Open(std::shared_ptr<Runtime> runtime, ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Calls `rpc`, in the form `StartWorkflowExecution`.
  template <class Response>
  Result<Response> Call(std::string_view rpc, const google::protobuf::MessageLite& request,
                        const CallOptions& options = {}) {
    Result<std::string> bytes = CallRaw(rpc, request.SerializeAsString(), options);
    if (!bytes) return std::unexpected(std::move(bytes).error());
    Response response;
    if (!response.ParseFromString(*bytes))
      return Fail(Error::Code::kDataLoss, "The answer to " + std::string(rpc) + " cannot be read.");
    return response;
  }

  /// As Call, with serialized messages.
  Result<std::string> CallRaw(std::string_view rpc, std::string_view request, const CallOptions& options = {});

  /// As CallRaw, without waiting: `done` is called once, on a thread of Core (on the caller's, when it is known at once
  /// that there is no server), where it must return soon and must not make the last copy of this connection go away.
  /// The connection has to live until then.
  void StartCall(std::string rpc, std::string request, CallOptions options,
                 std::function<void(Result<std::string>)> done);

  /// Blocks until the server has answered once. False: stop was requested before.
  bool AwaitServer(const std::stop_token& stop);

  /// For keys that are renewed while the process runs.
  void SetApiKey(std::string_view key);

  const std::string& target() const { return options_.target; }
  const std::string& namespace_name() const { return options_.namespace_name; }
  const std::string& identity() const { return options_.identity; }
  const std::shared_ptr<Runtime>& runtime() const { return runtime_; }

  /// What the bridge's sources need of it; nothing for users.
  struct Core;
  Core& core() const { return *core_; }

 private:
  Connection(std::shared_ptr<Runtime> runtime, ConnectionOptions options);
  /// Once, to the server. The error is kept for the calls that fail meanwhile.
  Result<void> Dial();
  void DialUntilAnswered(const std::stop_token& stop);
  /// Why there is no server to call; nullopt when there is one.
  std::optional<Error> Missing();

  std::shared_ptr<Runtime> runtime_;  // before core_: destroyed after it
  ConnectionOptions options_;
  std::unique_ptr<Core> core_;
  std::mutex mutex_;
  std::condition_variable_any dialled_;
  std::optional<Error> failure_;  // of the last attempt
  std::jthread dialling_;         // last: ends before what it uses
};

}  // namespace temporalio

#include "temporalio/bridge/connection.h"

#include <temporal-sdk-core-c-bridge.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "temporalio/bridge/certificates.h"
#include "temporalio/bridge/core.h"

namespace temporalio {
namespace {

using internal::Borrow;
using internal::Take;

constexpr std::chrono::seconds kFirstAnswer{2};
constexpr std::chrono::milliseconds kFirstPause{250}, kLongestPause{15'000};
// A server that was started at the same time is no news for so long.
constexpr std::chrono::seconds kQuietPauses{4};

std::string DefaultIdentity() {
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) != 0) std::strcpy(host, "unknown");
  return std::to_string(getpid()) + "@" + host;
}

// The bridge's form of headers: `NAME\nVALUE` each.
class Headers {
 public:
  explicit Headers(const std::map<std::string, std::string>& headers) {
    for (const auto& [name, value] : headers) lines_.push_back(name + "\n" + value);
    for (const std::string& line : lines_) refs_.push_back(Borrow(line));
    if (refs_.empty()) refs_.reserve(1);  // data() must not be null
  }
  TemporalCoreMetadataRef ref() const { return {refs_.data(), refs_.size()}; }

 private:
  std::vector<std::string> lines_;
  std::vector<TemporalCoreByteArrayRef> refs_;
};

Result<void> Check(const ConnectionOptions& options) {
  const auto colon = options.target.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == options.target.size() ||
      options.target.find('/') != std::string::npos)
    return Fail(Error::Code::kInvalidArgument,
                "The address of Temporal must be HOST:PORT, not \"" + options.target + "\".");
  if (options.namespace_name.empty()) return Fail(Error::Code::kInvalidArgument, "The namespace is empty.");
  if (options.tls) {
    if (auto checked = internal::CheckCertificates(*options.tls); !checked) return checked;
  }
  for (const auto& [name, value] : options.headers)
    if (name.empty() || (name + value).find_first_of("\r\n") != std::string::npos)
      return Fail(Error::Code::kInvalidArgument, "A header for Temporal has an empty name or a line break.");
  return {};
}

// What is left to the defaults.
Result<void> Complete(ConnectionOptions& options) {
  if (auto checked = Check(options); !checked) return checked;
  if (options.identity.empty()) options.identity = DefaultIdentity();
  if (!options.tls && !options.api_key.empty()) options.tls.emplace();
  return {};
}

// Core gives Rust's dump of a failed connection; what people can read of it is the innermost message.
std::string Readable(const std::string& failure) {
  for (const std::string_view key : {"message: \"", "error: \""}) {
    const auto begin = failure.rfind(key);
    if (begin == std::string::npos) continue;
    const auto end = failure.find('"', begin + key.size());
    if (end != std::string::npos) return failure.substr(begin + key.size(), end - begin - key.size()) + ".";
  }
  return failure;
}

// What Core's words for a failed handshake mean.
std::string_view Hint(const ConnectionOptions& options, std::string_view failure) {
  if (!options.tls) {
    // The server hung up on the first bytes, before or after the first request was on its way; one that is not there is
    // a `tcp connect error`.
    const bool hung_up = (failure.contains("transport error") || failure.contains("operation was canceled")) &&
                         !failure.contains("tcp connect error");
    return hung_up ? " If the server expects TLS, turn TLS on." : "";
  }
  if (failure.contains("InvalidContentType"))
    return " The server does not speak TLS: connect to it without, or correct the address.";
  if (failure.contains("UnknownIssuer"))
    return " No authority that is trusted here vouches for the server's certificate: give its authority's certificate "
           "as "
           "the root certificate.";
  if (failure.contains("NotValidForName"))
    return " The server's certificate is for another name: if it is the right server, give that name as the server "
           "name.";
  if (failure.contains("InvalidCertificate")) return " The server's certificate is not accepted.";
  return "";
}

Error FailureOf(const ConnectionOptions& options, const std::string& failure) {
  if (failure.starts_with("Invalid") || failure.starts_with("Connection failed: Invalid"))
    return {Error::Code::kInvalidArgument, "Temporal cannot be reached with these options: " + failure, {}};
  return {
      Error::Code::kUnavailable,
      "Temporal at " + options.target + " does not answer: " + Readable(failure) + std::string(Hint(options, failure)),
      {}};
}

struct Connected {
  TemporalCoreConnection* connection;
  std::optional<std::string> failure;
};

struct Answer {
  std::optional<std::string> bytes;
  std::uint32_t status;
  std::optional<std::string> message;
  std::optional<std::string> details;
};

TemporalCoreRpcService ToCore(Service service) {
  switch (service) {
    case Service::kWorkflow: return TemporalCoreRpcService_Workflow;
    case Service::kOperator: return TemporalCoreRpcService_Operator;
    case Service::kCloud: return TemporalCoreRpcService_Cloud;
    case Service::kHealth: return TemporalCoreRpcService_Health;
  }
  return TemporalCoreRpcService_Workflow;
}

// Cancels an RPC when stop is requested.
class CancellationToken {
 public:
  explicit CancellationToken(const std::stop_token& stop) {
    if (!stop.stop_possible()) return;
    token_ = temporal_core_cancellation_token_new();
    callback_.emplace(stop, Cancel{token_});
  }
  ~CancellationToken() {
    callback_.reset();
    if (token_) temporal_core_cancellation_token_free(token_);
  }
  CancellationToken(const CancellationToken&) = delete;
  CancellationToken& operator=(const CancellationToken&) = delete;
  const TemporalCoreCancellationToken* get() const { return token_; }

 private:
  struct Cancel {
    TemporalCoreCancellationToken* token;
    void operator()() const { temporal_core_cancellation_token_cancel(token); }
  };
  TemporalCoreCancellationToken* token_ = nullptr;
  std::optional<std::stop_callback<Cancel>> callback_;
};

const Headers& NoHeaders() {
  static const Headers none({});
  return none;
}

TemporalCoreRpcCallOptions ToCore(std::string_view rpc, std::string_view request, const CallOptions& options,
                                  const Headers& headers, const CancellationToken& token) {
  TemporalCoreRpcCallOptions raw;
  std::memset(&raw, 0, sizeof raw);
  raw.service = ToCore(options.service);
  raw.rpc = Borrow(rpc);
  raw.req = Borrow(request);
  raw.retry = options.retry;
  raw.metadata = headers.ref();
  raw.binary_metadata = NoHeaders().ref();
  raw.timeout_millis = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(options.timeout.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  raw.cancellation_token = token.get();
  return raw;
}

Result<std::string> ToResult(Answer answer, const std::stop_token& stop, const std::string& target) {
  if (answer.bytes) return *std::move(answer.bytes);
  Error error{static_cast<Error::Code>(answer.status), answer.message.value_or(""), answer.details.value_or("")};
  // Without a status the failure is the bridge's own: a cancellation, or a request it cannot make.
  if (answer.status == 0) error.code = stop.stop_requested() ? Error::Code::kCancelled : Error::Code::kInvalidArgument;
  // Core calls its own time-out a cancellation.
  if (error.code == Error::Code::kCancelled && !stop.stop_requested()) error.code = Error::Code::kDeadlineExceeded;
  if (error.code == Error::Code::kUnavailable)
    error.message = "Temporal at " + target + " does not answer: " + error.message;
  return std::unexpected(std::move(error));
}

// A call that nobody waits for: what the bridge reads until its callback.
struct PendingCall {
  PendingCall(std::string its_rpc, std::string its_request, CallOptions its_options, std::string its_target,
              std::function<void(Result<std::string>)> its_done)
      : rpc(std::move(its_rpc)),
        request(std::move(its_request)),
        options(std::move(its_options)),
        target(std::move(its_target)),
        done(std::move(its_done)),
        headers(options.headers),
        token(options.stop),
        raw(ToCore(rpc, request, options, headers, token)) {}

  std::string rpc, request;
  CallOptions options;
  std::string target;
  std::function<void(Result<std::string>)> done;
  Headers headers;
  CancellationToken token;
  TemporalCoreRpcCallOptions raw;
};

}  // namespace

Connection::Core::~Core() {
  if (connection != nullptr) runtime.Retire([raw = connection.load()] { temporal_core_client_free(raw); });
}

Connection::Connection(std::shared_ptr<Runtime> runtime, ConnectionOptions options)
    : runtime_(std::move(runtime)), options_(std::move(options)), core_(std::make_unique<Core>(runtime_->core())) {}
Connection::~Connection() = default;

Result<std::shared_ptr<Connection>> Connection::Connect(std::shared_ptr<Runtime> runtime, ConnectionOptions options) {
  if (auto completed = Complete(options); !completed) return std::unexpected(std::move(completed).error());
  std::shared_ptr<Connection> made(new Connection(std::move(runtime), std::move(options)));
  if (auto dialled = made->Dial(); !dialled) return std::unexpected(std::move(dialled).error());
  return made;
}

Result<std::shared_ptr<Connection>> Connection::Open(std::shared_ptr<Runtime> runtime, ConnectionOptions options) {
  if (auto completed = Complete(options); !completed) return std::unexpected(std::move(completed).error());
  std::shared_ptr<Connection> made(new Connection(std::move(runtime), std::move(options)));
  made->dialling_ = std::jthread([raw = made.get()](const std::stop_token& stop) { raw->DialUntilAnswered(stop); });
  std::unique_lock lock(made->mutex_);
  made->dialled_.wait_for(lock, kFirstAnswer, [&] { return made->failure_ || made->core_->connection != nullptr; });
  if (made->failure_ && made->failure_->code == Error::Code::kInvalidArgument)
    return std::unexpected(*std::move(made->failure_));
  return made;
}

Result<void> Connection::Dial() {
  std::unique_lock lock(mutex_);
  const std::string api_key = options_.api_key;
  lock.unlock();
  const std::string url = (options_.tls ? "https://" : "http://") + options_.target;
  const Headers headers(options_.headers);
  const Headers none({});
  TemporalCoreClientTlsOptions tls{};
  const TemporalCoreClientRetryOptions retry{100, 0.2, 1.7, 5000, 10000, 10};
  const TemporalCoreClientKeepAliveOptions keep_alive{30000, 15000};
  TemporalCoreConnectionOptions raw;
  std::memset(&raw, 0, sizeof raw);
  raw.target_url = Borrow(url);
  raw.client_name = Borrow("temporalio-cpp");
  raw.client_version = Borrow("1.35.0");  // of Core: servers know features by it
  raw.metadata = headers.ref();
  raw.binary_metadata = none.ref();
  raw.api_key = Borrow(api_key);
  raw.identity = Borrow(options_.identity);
  if (options_.tls) {
    tls = {Borrow(options_.tls->server_root_ca_cert), Borrow(options_.tls->server_name),
           Borrow(options_.tls->client_cert), Borrow(options_.tls->client_private_key)};
    raw.tls_options = &tls;
  }
  raw.retry_options = &retry;
  raw.keep_alive_options = &keep_alive;
  // Plain text is a near network, where compression costs more than it saves.
  raw.grpc_compression = options_.tls ? TemporalCoreClientGrpcCompression_Gzip : TemporalCoreClientGrpcCompression_None;

  internal::Handover<Connected> handover;
  temporal_core_client_connect(runtime_->core().runtime, &raw, &handover,
                               [](void* user_data, TemporalCoreConnection* success, const TemporalCoreByteArray* fail) {
                                 static_cast<internal::Handover<Connected>*>(user_data)->Put({success, Take(fail)});
                               });
  const Connected connected = handover.Take();
  lock.lock();
  if (connected.failure) {
    failure_ = FailureOf(options_, *connected.failure);
  } else {
    if (options_.api_key != api_key)
      temporal_core_client_update_api_key(connected.connection, Borrow(options_.api_key));
    core_->connection = connected.connection;
    failure_.reset();
  }
  dialled_.notify_all();
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Connection::DialUntilAnswered(const std::stop_token& stop) {
  for (auto pause = kFirstPause; !stop.stop_requested(); pause = std::min(2 * pause, kLongestPause)) {
    const auto dialled = Dial();
    if (dialled) return;
    if (dialled.error().code == Error::Code::kInvalidArgument) return;
    internal::Log(pause < kQuietPauses ? LogLevel::kInfo : LogLevel::kWarn, dialled.error().message + " Trying again.");
    std::unique_lock lock(mutex_);
    dialled_.wait_for(lock, stop, pause, [] { return false; });
  }
}

bool Connection::AwaitServer(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return dialled_.wait(lock, stop, [this] { return core_->connection != nullptr; });
}

std::optional<Error> Connection::Missing() {
  if (core_->connection != nullptr) return std::nullopt;
  std::lock_guard lock(mutex_);
  if (failure_) return failure_;
  return Error{Error::Code::kUnavailable, "Temporal at " + options_.target + " has not answered yet.", {}};
}

Result<std::string> Connection::CallRaw(std::string_view rpc, std::string_view request, const CallOptions& options) {
  if (auto missing = Missing()) return std::unexpected(*std::move(missing));
  const Headers headers(options.headers);
  const CancellationToken token(options.stop);
  const auto raw = ToCore(rpc, request, options, headers, token);
  // The bridge reads options and request until the callback.
  internal::Handover<Answer> handover;
  temporal_core_client_rpc_call(
      core_->connection, &raw, &handover,
      [](void* user_data, const TemporalCoreByteArray* success, std::uint32_t status,
         const TemporalCoreByteArray* message, const TemporalCoreByteArray* details) {
        static_cast<internal::Handover<Answer>*>(user_data)->Put({Take(success), status, Take(message), Take(details)});
      });
  return ToResult(handover.Take(), options.stop, options_.target);
}

void Connection::StartCall(std::string rpc, std::string request, CallOptions options,
                           std::function<void(Result<std::string>)> done) {
  if (auto missing = Missing()) return done(std::unexpected(*std::move(missing)));
  auto* call =
      new PendingCall(std::move(rpc), std::move(request), std::move(options), options_.target, std::move(done));
  temporal_core_client_rpc_call(core_->connection, &call->raw, call,
                                [](void* user_data, const TemporalCoreByteArray* success, std::uint32_t status,
                                   const TemporalCoreByteArray* message, const TemporalCoreByteArray* details) {
                                  const std::unique_ptr<PendingCall> ended(static_cast<PendingCall*>(user_data));
                                  ended->done(ToResult({Take(success), status, Take(message), Take(details)},
                                                       ended->options.stop, ended->target));
                                });
}

void Connection::SetApiKey(std::string_view key) {
  std::lock_guard lock(mutex_);
  options_.api_key = key;
  if (core_->connection != nullptr) temporal_core_client_update_api_key(core_->connection, Borrow(key));
}

}  // namespace temporalio

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temporal/api/enums/v1/reset.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/client/run_info.h"
#include "temporalio/client/start.h"
#include "temporalio/converter/codec.h"
#include "temporalio/error.h"

namespace temporalio {

/// Names a run. Without run id: the open run of that id, else the newest.
struct WorkflowRef {
  std::string workflow_id;
  std::string run_id;
};

struct Signal {
  std::string name{};
  std::vector<Payload> input{};
  /// A run takes two signals with one request id as one. Empty: a random one, made once per call.
  std::string request_id{};
};

struct ResetOptions {
  std::string reason{};
  /// The WorkflowTaskCompleted, TimedOut, Failed or Started event after which the new run goes its own way.
  std::int64_t workflow_task_event_id = 0;
  /// What happened to the run after that event happens to the new one again, except these kinds.
  std::vector<temporal::api::enums::v1::ResetReapplyExcludeType> do_not_reapply{};
  /// As in StartOptions.
  std::string request_id{};
};

struct RunDescription {
  RunInfo info;
  /// All of it, with pending activities, children and the pending workflow task.
  temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse raw;
};

struct RunPage {
  std::vector<RunInfo> runs;
  /// For the next page; empty after the last.
  std::string next_page_token;
};

struct RunCount {
  std::int64_t total = 0;
  /// One per value of the query's GROUP BY; the payloads are JSON.
  struct Group {
    std::vector<Payload> values;
    std::int64_t count = 0;
  };
  std::vector<Group> groups;
};

struct ServerInfo {
  std::string version;
  temporal::api::workflowservice::v1::GetSystemInfoResponse::Capabilities capabilities;
};

/// Workflows of the connection's namespace. A light value: copies share connection and codec. All calls block the
/// calling thread and may be made from any number of threads. Errors carry gRPC's codes; kNotFound means no such run.
///
/// Histories, results and schedules are in the headers beside this one.
class Client {
 public:
  /// A null codec leaves payloads as they are; else each request is encoded and each answer decoded.
  explicit Client(std::shared_ptr<Connection> connection, std::shared_ptr<const PayloadCodec> codec = nullptr)
      : connection_(std::move(connection)), codec_(std::move(codec)) {}

  /// kAlreadyExists if the policies forbid it; see ExistingRunId.
  Result<StartedRun> StartWorkflow(StartOptions options, CallOptions call = {}) const;
  /// The same for several at once, all under way together: the results are in their order.
  std::vector<Result<StartedRun>> StartWorkflows(std::vector<StartOptions> all, const CallOptions& call = {}) const;
  /// Signals the open run of that id, starting it first if there is none.
  Result<StartedRun> SignalWithStart(StartOptions options, Signal signal) const;

  Result<void> SignalWorkflow(const WorkflowRef& workflow, Signal signal) const;
  /// Asks the run to end; it decides when and how. Asking twice is fine.
  Result<void> RequestCancel(const WorkflowRef& workflow, std::string reason = {}) const;
  /// Ends the run at once, without asking it.
  Result<void> Terminate(const WorkflowRef& workflow, std::string reason, std::vector<Payload> details = {}) const;
  /// Terminates the run if it is open, and starts another with its history up to the given event. Returns its run id.
  Result<std::string> Reset(const WorkflowRef& workflow, ResetOptions options) const;

  Result<RunDescription> Describe(const WorkflowRef& workflow) const;
  /// `query` is Temporal's list filter, for example `WorkflowType = 'order' AND ExecutionStatus = 'Running'`; empty:
  /// all. Newest first. The index is written a moment after the event, up to a second late. A memo that cannot be
  /// decoded stays encoded.
  Result<RunPage> ListRuns(std::string query, int page_size = 0, std::string page_token = {}) const;
  /// May end in `GROUP BY ExecutionStatus`.
  Result<RunCount> CountRuns(std::string query) const;

  Result<ServerInfo> GetSystemInfo() const;
  /// kNotFound if the connection's namespace does not exist.
  Result<temporal::api::workflowservice::v1::DescribeNamespaceResponse> DescribeNamespace() const;

  /// A request of any call that has no function here, with namespace and identity filled in.
  template <class Request>
  Request NewRequest() const {
    Request request;
    request.set_namespace_(connection_->namespace_name());
    if constexpr (requires { request.set_identity(std::string()); }) request.set_identity(connection_->identity());
    return request;
  }

  /// Connection::Call through the codec. Without a time-out in `options`, each attempt has ten seconds.
  template <class Response, class Request>
  Result<Response> Call(std::string_view rpc, Request request, CallOptions options = {},
                        Undecodable undecodable = Undecodable::kFail) const {
    if (options.timeout.count() == 0) options.timeout = std::chrono::seconds(10);
    if (codec_) {
      if (Result<void> encoded = EncodePayloads(*codec_, &request); !encoded) return std::unexpected(encoded.error());
    }
    Result<Response> response = connection_->Call<Response>(rpc, request, options);
    if (response && codec_) {
      if (Result<void> decoded = DecodePayloads(*codec_, &*response, undecodable); !decoded)
        return std::unexpected(decoded.error());
    }
    return response;
  }

  /// Call in two steps, for callers that keep no thread waiting: Connection::StartCall, then, where it suits,
  /// ReadAnswer of what `done` was given.
  template <class Request>
  void Start(std::string_view rpc, Request request, CallOptions options,
             std::function<void(Result<std::string>)> done) const {
    if (options.timeout.count() == 0) options.timeout = std::chrono::seconds(10);
    if (codec_) {
      if (Result<void> encoded = EncodePayloads(*codec_, &request); !encoded)
        return done(std::unexpected(encoded.error()));
    }
    connection_->StartCall(std::string(rpc), request.SerializeAsString(), std::move(options), std::move(done));
  }
  template <class Response>
  Result<Response> ReadAnswer(const Result<std::string>& bytes) const {
    if (!bytes) return std::unexpected(bytes.error());
    Response response;
    if (!response.ParseFromString(*bytes)) return Fail(Error::Code::kDataLoss, "The answer cannot be read.");
    if (codec_) {
      if (Result<void> decoded = DecodePayloads(*codec_, &response); !decoded) return std::unexpected(decoded.error());
    }
    return response;
  }

  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<const PayloadCodec> codec_;
};

}  // namespace temporalio

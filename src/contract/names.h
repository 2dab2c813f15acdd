#pragma once

#include <cstdint>
#include <string_view>

/// Names that are recorded in histories: add, never rename.
namespace weft::contract {

/// What a binary can run; a start input with a greater number waits for a newer worker.
inline constexpr int kSemantics = 1;

// Task queues. A node's `queue:` names another worker queue.
inline constexpr std::string_view kWorkerQueue = "weft";
inline constexpr std::string_view kSystemQueue = "weft-system";

// Activity types on worker queues: the node kinds that act.
inline constexpr std::string_view kShellActivity = "shell";
inline constexpr std::string_view kPythonActivity = "python";
inline constexpr std::string_view kHttpActivity = "http";

// Activity types on the system queue.
inline constexpr std::string_view kSubscribeActivity = "subscribe";
inline constexpr std::string_view kUnsubscribeActivity = "unsubscribe";
inline constexpr std::string_view kEmitActivity = "emit";
inline constexpr std::string_view kNotifyActivity = "notify";
inline constexpr std::string_view kResolveWorkflowActivity = "resolve_workflow";
inline constexpr std::string_view kAcquireActivity = "acquire";
inline constexpr std::string_view kReleaseActivity = "release";

/// The failure type of an activity that its worker gave up because it was stopping: handled like a worker that
/// vanished.
inline constexpr std::string_view kWorkerLost = "worker_lost";

/// The failure type of an activity that did nothing yet, because who keeps its secrets cannot be asked: it is tried
/// again and does not count as an attempt.
inline constexpr std::string_view kSecretUnavailable = "secret.unavailable";

// Signals.
inline constexpr std::string_view kEventSignal = "event";
inline constexpr std::string_view kApprovalSignal = "approval";
/// Temporal keeps only the first request to cancel; a second one, which skips compensation and clean-up, is this
/// signal.
inline constexpr std::string_view kCancelSignal = "cancel";

// Trigger kind of a run that tries a text which is not deployed.
inline constexpr std::string_view kTestTrigger = "test";
// Trigger kind of a run that reports another one's end.
inline constexpr std::string_view kNotificationTrigger = "notification";

// Memo field: where the run is, for the instance list.
inline constexpr std::string_view kMemoField = "weft";
// Memo field that whoever starts a run may write: its `revision` and `trigger`, likewise.
inline constexpr std::string_view kStartMemoField = "weft-start";

/// What Temporal adds to a node's `timeout`, so that the worker's own time-out, with stderr, wins.
inline constexpr std::int64_t kStartToCloseMarginMs = 10'000;
/// What it adds beside that for installing Python requirements.
inline constexpr std::int64_t kInstallAllowanceMs = 1'800'000;
inline constexpr std::int64_t kHeartbeatTimeoutMs = 20'000;
/// One attempt of a system activity; Temporal repeats it for as long as it takes.
inline constexpr std::int64_t kSystemTimeoutMs = 60'000;

/// A node's path and attempt as the id of its activity or child: `each/7/ship#2`; beyond 900 bytes the path is
/// shortened by hash.
inline constexpr std::size_t kMaxOperationId = 900;

// Bounds of one run: Temporal refuses more than 2,000 pending operations, and a workflow task that is too large, for
// ever.
inline constexpr std::size_t kMaxInFlight = 1000;
inline constexpr std::size_t kMaxCommandsPerTask = 500;
inline constexpr std::size_t kMaxBytesPerTask = 1'500'000;

// Limits of one run.
inline constexpr std::size_t kMaxDefinition = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxInput = std::size_t{512} * 1024;
inline constexpr std::size_t kMaxOutput = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxState = std::size_t{1024} * 1024;

}  // namespace weft::contract

#include "temporalio/bridge/runtime.h"

#include <temporal-sdk-core-c-bridge.h>

#include <cstring>
#include <mutex>
#include <shared_mutex>

#include "temporalio/bridge/core.h"

namespace temporalio {
namespace {

// The bridge's log callback has no user data, so its receiver is the process's. Held shared while a record is
// delivered, so that none arrives after the runtime has ended.
std::shared_mutex log_mutex;
std::function<void(const LogRecord&)> log_receiver;

void Deliver(const LogRecord& record) {
  std::shared_lock lock(log_mutex);
  if (!log_receiver) return;
  try {
    log_receiver(record);
  } catch (...) {  // The caller is Rust, or one of our threads that has better things to do than to end here.
  }
}

std::string Text(TemporalCoreByteArrayRef bytes) {
  return bytes.size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

void OnLog(TemporalCoreForwardedLogLevel level, const TemporalCoreForwardedLog* log) {
  Deliver({static_cast<LogLevel>(level), Text(temporal_core_forwarded_log_target(log)),
           Text(temporal_core_forwarded_log_message(log)), Text(temporal_core_forwarded_log_fields_json(log))});
}
static_assert(static_cast<int>(LogLevel::kTrace) == TemporalCoreForwardedLogLevel_Trace &&
              static_cast<int>(LogLevel::kError) == TemporalCoreForwardedLogLevel_Error);

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return "trace";
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
  }
  return "warn";
}

// Core's own crates at the level asked for; of the libraries below it errors only.
std::string Filter(LogLevel level) {
  std::string filter = "error";
  for (const char* crate : {"temporalio_sdk_core", "temporalio_client", "temporalio_common", "temporal_client"})
    filter.append(",").append(crate).append("=").append(LevelName(level));
  return filter;
}

}  // namespace

namespace internal {

TemporalCoreByteArrayRef Borrow(std::string_view text) {
  static const std::uint8_t nothing = 0;
  return {text.empty() ? &nothing : reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::optional<std::string> Take(const TemporalCoreByteArray* bytes) {
  if (!bytes) return std::nullopt;
  std::string copy;
  if (bytes->size > 0) copy.assign(reinterpret_cast<const char*>(bytes->data), bytes->size);
  temporal_core_byte_array_free(nullptr, bytes);
  return copy;
}

void Log(LogLevel level, std::string message) { Deliver({level, "temporalio", std::move(message), "{}"}); }

}  // namespace internal

Runtime::Core::~Core() {
  if (has_log) {
    std::unique_lock lock(log_mutex);
    log_receiver = nullptr;
  }
  for (const auto& free : retired_) free();
  if (runtime) temporal_core_runtime_free(runtime);
}

void Runtime::Core::Retire(std::function<void()> free) {
  if (!has_log) return free();
  std::lock_guard lock(mutex_);
  retired_.push_back(std::move(free));
}

Runtime::Runtime(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Runtime::~Runtime() = default;

Result<std::shared_ptr<Runtime>> Runtime::Create(RuntimeOptions options) {
  auto core = std::make_unique<Core>();
  const std::string filter = Filter(options.log_level);
  TemporalCoreLoggingOptions logging{internal::Borrow(filter), &OnLog};
  TemporalCoreTelemetryOptions telemetry{};
  if (options.log) {
    std::unique_lock lock(log_mutex);
    if (log_receiver)
      return Fail(Error::Code::kAlreadyExists,
                  "Another Temporal runtime of this process has a log already; use that one, or none for this.");
    log_receiver = std::move(options.log);
    core->has_log = true;
    telemetry.logging = &logging;
  }

  TemporalCoreRuntimeInfo info{TemporalCoreRuntimeType_Native, internal::Borrow("c++23")};
  TemporalCoreRuntimeOptions raw;
  std::memset(&raw, 0, sizeof raw);
  raw.telemetry = &telemetry;
  raw.runtime_info = {&info, 1};
  const TemporalCoreRuntimeOrFail made = temporal_core_runtime_new(&raw);
  // There on failure too, and to be freed then as well.
  core->runtime = made.runtime;
  if (auto failure = internal::Take(made.fail))
    return Fail(Error::Code::kInternal, "Temporal's Core did not start: " + *failure);
  return std::shared_ptr<Runtime>(new Runtime(std::move(core)));
}

}  // namespace temporalio

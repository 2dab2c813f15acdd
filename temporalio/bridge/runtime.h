#pragma once

#include <functional>
#include <memory>
#include <string>

#include "temporalio/error.h"

namespace temporalio {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

/// One line of Core's log.
struct LogRecord {
  LogLevel level = LogLevel::kInfo;
  /// The part of Core that speaks, for example `temporalio_sdk_core::worker`.
  std::string target;
  std::string message;
  /// Further fields as a JSON object.
  std::string fields_json;
};

struct RuntimeOptions {
  /// Records below it are dropped inside Core.
  LogLevel log_level = LogLevel::kWarn;
  /// Receives Core's log, from any thread and while Core works: it must return soon and is never called after the
  /// runtime has ended. Empty: Core logs nothing.
  std::function<void(const LogRecord&)> log;
};

/// Core's threads (one per processor) and its log; connections and workers live on it and keep it alive. One per
/// process is the rule; it must end before `main` returns, so it is nothing for static variables. The bridge's log
/// callback carries no context, so at most one runtime with a `log` can exist at a time.
class Runtime {
 public:
  /// Fails with kAlreadyExists if another runtime with a `log` is alive.
  static Result<std::shared_ptr<Runtime>> Create(RuntimeOptions options = {});
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// What the bridge's sources need of it; nothing for users.
  struct Core;
  Core& core() const { return *core_; }

 private:
  explicit Runtime(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace temporalio

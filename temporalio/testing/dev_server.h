#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "temporalio/bridge/runtime.h"
#include "temporalio/error.h"

namespace temporalio::testing {

struct DevServerOptions {
  /// Path of Temporal's command line tool.
  std::string cli = "temporal";
  std::string namespace_name = "default";
  /// SQLite file that keeps everything between starts; empty: in memory.
  std::string db_filename;
  /// Zero: a free one. Always on the loopback interface.
  std::uint16_t port = 0;
  /// debug, info, warn, error or never.
  std::string log_level = "warn";
  /// Server settings as KEY to JSON value. Updates are off unless this says otherwise.
  std::map<std::string, std::string> dynamic_config = {{"frontend.enableUpdateWorkflowExecution", "false"}};
  /// How long the server may take until it answers.
  std::chrono::milliseconds startup_timeout{60000};
};

class ChildProcess;

/// A Temporal dev server as a child process, without web interface. It ends with this object, and with this process
/// whatever way that ends; it does not hear the terminal's Ctrl-C, so that workers can end in order first.
class DevServer {
 public:
  /// Blocks until the server answers calls and knows its namespace. On failure the message holds the last lines of the
  /// server's log.
  static Result<std::unique_ptr<DevServer>> Start(std::shared_ptr<Runtime> runtime, DevServerOptions options = {});
  ~DevServer();
  DevServer(const DevServer&) = delete;
  DevServer& operator=(const DevServer&) = delete;

  /// `host:port` of its gRPC interface.
  const std::string& target() const { return target_; }
  /// Whether it ended by itself within `patience`.
  bool EndsWithin(std::chrono::milliseconds patience) const;
  /// Its process id.
  int pid() const;
  /// The last lines it wrote.
  std::string LogTail() const;

 private:
  DevServer(std::unique_ptr<ChildProcess> process, std::string target);

  std::unique_ptr<ChildProcess> process_;
  std::string target_;
};

}  // namespace temporalio::testing

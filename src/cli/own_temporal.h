#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.h"
#include "temporalio/bridge/runtime.h"
#include "temporalio/testing/dev_server.h"

namespace weft::cli {

/// The Temporal dev server of `weft dev`: on a fixed port, with a file, started again when it dies.
class OwnTemporal {
 public:
  /// `host:port` of the one on that port.
  static std::string TargetOn(std::uint16_t port);
  /// Fails with `usage` when the port is taken.
  static Result<void> CheckPort(std::uint16_t port);
  /// Blocks until it answers. Histories are kept for 30 days. Fails with `temporal`.
  static Result<std::unique_ptr<OwnTemporal>> Start(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                    std::string database, std::uint16_t port);
  ~OwnTemporal();
  OwnTemporal(const OwnTemporal&) = delete;
  OwnTemporal& operator=(const OwnTemporal&) = delete;

 private:
  OwnTemporal(std::shared_ptr<temporalio::Runtime> runtime, std::string database, std::uint16_t port,
              std::unique_ptr<temporalio::testing::DevServer> server);
  void Watch(const std::stop_token& stop);

  const std::shared_ptr<temporalio::Runtime> runtime_;
  const std::string database_;
  const std::uint16_t port_;
  std::unique_ptr<temporalio::testing::DevServer> server_;
  std::jthread watching_;
};

}  // namespace weft::cli

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
  /// Blocks until it answers. Histories are kept for 30 days. Fails with `usage` when the port is taken, `temporal`.
  static Result<std::unique_ptr<OwnTemporal>> Start(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                    std::string database, std::uint16_t port);
  ~OwnTemporal();
  OwnTemporal(const OwnTemporal&) = delete;
  OwnTemporal& operator=(const OwnTemporal&) = delete;

  [[nodiscard]] const std::string& target() const { return target_; }

 private:
  OwnTemporal(std::shared_ptr<temporalio::Runtime> runtime, std::string database, std::uint16_t port,
              std::unique_ptr<temporalio::testing::DevServer> server);
  void Watch(const std::stop_token& stop);

  const std::shared_ptr<temporalio::Runtime> runtime_;
  const std::string database_;
  const std::uint16_t port_;
  const std::string target_;
  std::unique_ptr<temporalio::testing::DevServer> server_;
  std::jthread watching_;
};

}  // namespace weft::cli

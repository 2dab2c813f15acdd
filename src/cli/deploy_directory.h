#pragma once

#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "store/sql.h"

namespace weft::cli {

/// Keeps a server at what a directory's workflow files say: all `.yaml` and `.yml` files below it that have a key
/// `weft` at their beginning (others, and tests of workflows, are none), and the Python files that they name. A file
/// that is taken away stays deployed. For one thread.
class DeployDirectory {
 public:
  /// `deployed` is called after each new revision.
  DeployDirectory(std::string directory, store::Database& database, std::function<void()> deployed);

  /// Deploys what has changed since the last call, and says on stderr what it did and what is wrong. Fails with `file`
  /// when the directory cannot be read.
  Result<void> Update();

  /// Updates whenever something has changed, until stop is requested.
  void Run(const std::stop_token& stop);

 private:
  void Deploy(const std::string& path);

  const std::string directory_;
  store::Database& database_;
  const std::function<void()> deployed_;
  std::string seen_;                                   ///< names, sizes and times of all files that may matter
  std::map<std::string, std::string> deployed_texts_;  ///< by path
};

}  // namespace weft::cli

#pragma once

#include <map>
#include <optional>
#include <string>

#include "temporalio/error.h"

namespace temporalio::internal {

/// Where Core looks for a profile of connection settings. Empty strings are unset.
struct ProfileSource {
  std::string profile;
  std::string config_file;
  bool read_environment = true;
  /// In place of the process's environment.
  std::optional<std::map<std::string, std::string>> environment;
};

/// The profile as a JSON object with `address`, `namespace`, `api_key`, `tls` and `grpc_meta`, each only if set.
/// kInvalidArgument with Core's words otherwise.
Result<std::string> LoadProfile(const ProfileSource& source);

}  // namespace temporalio::internal

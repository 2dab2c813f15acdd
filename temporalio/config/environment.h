#pragma once

#include <map>
#include <optional>
#include <string>

#include "temporalio/bridge/connection.h"
#include "temporalio/error.h"

namespace temporalio {

struct EnvironmentOptions {
  /// Empty: `TEMPORAL_PROFILE`, else `default`.
  std::string profile{};
  /// Must exist. Empty: `TEMPORAL_CONFIG_FILE`, else `temporalio/temporal.toml` in the user's configuration directory,
  /// either of which may be missing.
  std::string config_file{};
  /// False: only the file counts.
  bool read_environment = true;
  /// In place of the process's environment. For tests.
  std::optional<std::map<std::string, std::string>> environment{};
};

/// Reads the connection settings that Temporal's command line and all its SDKs share. Each setting comes from the first
/// of these that has it:
///
/// 1. the environment: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS`,
///    `TEMPORAL_TLS_SERVER_NAME`, `TEMPORAL_TLS_SERVER_CA_CERT_PATH` or `_DATA`, `TEMPORAL_TLS_CLIENT_CERT_PATH` or
///    `_DATA`, `TEMPORAL_TLS_CLIENT_KEY_PATH` or `_DATA`, and `TEMPORAL_GRPC_META_NAME` for the header `name`;
/// 2. the profile in the configuration file;
/// 3. the defaults of ConnectionOptions.
///
/// A program lays its own flags over what this returns. TLS is on if any TLS setting or an API key is there, unless
/// `TEMPORAL_TLS=false` (`disabled = true` in the file) turns it off; an API key without TLS is refused. An address may
/// have `http://` or `https://` before it; the latter turns TLS on. Certificates are read here, once. Two settings of
/// the convention are not for a program and have no effect: the codec's endpoint, and the one that would leave the
/// server's certificate unchecked.
///
/// kInvalidArgument, naming the file or variable to correct, if a file cannot be read, the profile asked for is not
/// there, or settings contradict each other. Messages never hold a key.
Result<ConnectionOptions> LoadConnectionOptions(const EnvironmentOptions& options = {});

}  // namespace temporalio

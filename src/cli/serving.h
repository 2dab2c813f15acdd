#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "server/server.h"
#include "temporalio/bridge/connection.h"

/// What `weft server` and `weft dev` have in common.
namespace weft::cli {

struct ServingOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string data;  ///< empty: DefaultDataDirectory()
  std::string auth = "token";
  std::string public_url;
  std::vector<std::string> hosts;
};

/// `--port`, `--data`, `--public-url`, `--allow-host`.
void AddServingOptions(CLI::App& verb, ServingOptions& options);

/// Makes the data directory (0700) when it is missing, else takes from others what they may do with what Weft keeps
/// there. Fails with `file`.
Result<void> MakeDataDirectory(const std::string& directory);

/// Lets nobody but this user read what Weft keeps in the data directory, whatever made it. The log says what cannot be
/// changed.
void MakePrivate(const std::string& directory);

/// The API token in `DIRECTORY/token`, made when the file is missing (0600). Fails with `file`.
Result<std::string> OwnToken(const std::string& directory);

/// Holds the data directory against other processes until the result goes. Fails with `usage`.
Result<std::shared_ptr<void>> LockDataDirectory(const std::string& directory);

/// The exit code that belongs to an error at the start of a server; says it on stderr.
int RefuseToServe(const Error& error);

}  // namespace weft::cli

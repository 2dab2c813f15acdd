#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/sse.h"
#include "expr/value.h"

namespace weft::cli {

/// Which server a verb talks to.
struct ServerOptions {
  std::string server = "http://127.0.0.1:8080";
};

/// `--server`, and the verb's place in `weft --help`.
void AddServerOptions(CLI::App& verb, ServerOptions& options);

/// `?a=1&b=2` of those pairs whose value is not empty.
std::string QueryText(const std::vector<std::pair<std::string, std::string>>& parameters);

/// The token for the server at this URL: `WEFT_TOKEN`, else, where the server is on this machine, what `weft dev` wrote
/// into its data directory (`WEFT_DATA`, or its default); empty: none.
std::string TokenFor(const std::string& server);

/// Calls a server's HTTP interface, with the token that there is for it. One thread; calls block.
///
/// Fails with `server` when the server cannot be reached or is none of ours, and with code and words of the problem
/// that it answered with.
class ApiClient {
 public:
  /// Fails with `usage` for an address that is none.
  static Result<ApiClient> Open(const ServerOptions& options);
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;
  ~ApiClient();

  struct Answer {
    int status = 0;
    std::string body;
  };
  /// `path` begins with a slash; a body without content type is JSON.
  Result<Answer> Send(std::string_view method, const std::string& path, const std::string& body = {},
                      const std::string& content_type = "application/json");

  Result<expr::Value> Get(const std::string& path);
  Result<expr::Value> Post(const std::string& path, const expr::Value& body);
  /// Every page of a list from `cursor` on, at most `limit` items.
  Result<std::vector<expr::Value>> List(const std::string& path,
                                        std::vector<std::pair<std::string, std::string>> parameters = {},
                                        std::size_t limit = 10'000, const std::string& cursor = {});

  /// Reads a stream until `on_event` returns false. A connection that ends before is taken up again where it was;
  /// `on_trouble` tells of one that broke.
  Result<void> Stream(const std::string& path, const std::function<bool(const ServerEvent&)>& on_event,
                      const std::function<void(const std::string&)>& on_trouble);

 private:
  class Impl;
  explicit ApiClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Says what went wrong; the exit code: 3 when the server or Temporal behind it cannot be reached, 2 when the call was
/// wrong, 1 when the server failed.
int ReportFailure(const Error& error);

}  // namespace weft::cli

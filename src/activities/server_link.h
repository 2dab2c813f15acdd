#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "activities/http_client.h"

namespace weft::activities {

/// A worker's way to a Weft server, which holds secrets and takes logs. Threads may share it.
class ServerLink {
 public:
  /// `url`: `https://HOST[:PORT]`; `http` to loopback only, since secrets pass. `token` may be empty on loopback only.
  /// Fails with `settings`.
  static Result<std::shared_ptr<ServerLink>> Open(const std::string& url, std::string token);

  /// Posts a JSON document to a path such as `/internal/v1/logs` and waits for the answer, whatever its status. Fails
  /// with `server` when the server cannot be reached.
  Result<HttpResponse> Post(std::string_view path, std::string json, const std::stop_token& stop = {});

  /// Whether the same call may succeed later: the server is busy, starting, away from its own database or Temporal, or
  /// does not know the token (yet).
  static bool MayPass(const HttpResponse& response) {
    return response.status >= 500 || response.status == 429 || response.status == 401 || response.status == 408;
  }
  /// What the problem says, for people.
  static std::string DetailOf(const HttpResponse& response);

 private:
  ServerLink(std::string url, std::string token, const Settings& settings)
      : url_(std::move(url)), token_(std::move(token)), http_(settings) {}

  const std::string url_, token_;
  HttpClient http_;
};

}  // namespace weft::activities

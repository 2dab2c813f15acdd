#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "activities/address_guard.h"
#include "activities/settings.h"
#include "base/error.h"
#include "base/time.h"

namespace weft::activities {

struct HttpRequest {
  std::string url{};
  std::string method{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<std::string> body{};
  bool verify = true;
  std::string ca{}, cert{}, key{};  ///< PEM; empty: the system's, none
  std::optional<Duration> timeout{};
  std::uint64_t max_body = 0;
  /// Whether the body of an answer with this status matters; of others the first 4 KB are kept.
  std::function<bool(int status)> wants_body{};
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case, as they came
  std::string body{};
  std::optional<Duration> retry_after{};

  /// The last header of that name (in lower case); empty if there is none.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
};

/// Sends requests over a pool of connections, all on one thread of its own. Threads may share it. No proxies, cookies,
/// redirects or settings of the environment; only addresses that the guard allows.
class HttpClient {
 public:
  explicit HttpClient(const Settings& settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Waits for the answer, whatever its status. Fails with code `http.connect`, `http.tls`, `http.blocked`, `http.url`,
  /// `too_large`, `timeout` or `cancelled`.
  Result<HttpResponse> Send(HttpRequest request, const std::stop_token& stop);

 private:
  class Exchange;
  class Multi;

  void Loop(const std::stop_token& stop);

  const AddressGuard guard_;
  std::unique_ptr<Multi> multi_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::vector<Exchange*> starting_;   ///< guarded by mutex_
  std::vector<Exchange*> cancelled_;  ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace weft::activities

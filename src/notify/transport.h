#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"

/// How messages leave the machine. The server gives the implementation, with its guard of addresses.
namespace weft::notify {

struct Post {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct PostAnswer {
  int status = 0;
  std::string body{};  ///< its first KBs
  std::optional<Duration> retry_after{};
};

struct Mail {
  enum class Security : std::uint8_t { kStartTls, kTls, kNone };
  std::string host;
  int port = 587;
  Security security = Security::kStartTls;
  std::string username, password;  ///< empty: none
  std::string ca;                  ///< PEM; empty: the system's
  std::string from;                ///< the bare address
  std::vector<std::string> to;
  std::string message;  ///< RFC 5322, lines end in CR LF
};

/// What the mail server said last: 2xx accepted, 4xx later perhaps, 5xx never.
struct MailAnswer {
  int reply = 0;
  std::string text;
};

/// Any thread; calls block. Fails with `http.connect`, `http.tls`, `http.blocked`, `http.url`, `timeout` or
/// `cancelled` where nobody answered.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<PostAnswer> Send(const Post& post, const std::stop_token& stop) = 0;
  virtual Result<MailAnswer> Send(const Mail& mail, const std::stop_token& stop) = 0;
};

}  // namespace weft::notify

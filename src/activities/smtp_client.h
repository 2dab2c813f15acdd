#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "activities/address_guard.h"
#include "base/error.h"
#include "base/time.h"

namespace weft::activities {

struct SmtpMail {
  enum class Security : std::uint8_t { kStartTls, kTls, kNone };
  std::string host{};
  int port = 587;
  Security security = Security::kStartTls;
  std::string username{}, password{};  ///< empty: without authentication
  std::string ca{};                    ///< PEM; empty: the system's
  std::string from{};
  std::vector<std::string> to{};
  std::string message{};  ///< RFC 5322, lines end in CR LF
  Duration timeout{30'000};
};

/// The server's last word: 2xx it took the message, 4xx it may later, 5xx it never will.
struct SmtpReply {
  int code = 0;
  std::string text;
};

/// Hands a mail to its server, for all its receivers or for none; blocks. Only to addresses that the guard allows.
/// Fails with `http.connect`, `http.tls` (also when the server knows no STARTTLS), `http.blocked`, `timeout` or
/// `cancelled`.
Result<SmtpReply> SendMail(const SmtpMail& mail, const AddressGuard& guard, const std::stop_token& stop);

}  // namespace weft::activities

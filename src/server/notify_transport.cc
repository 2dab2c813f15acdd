#include "server/notify_transport.h"

#include <chrono>

#include "activities/smtp_client.h"

namespace weft::server {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(30);
constexpr std::uint64_t kAnswer = std::uint64_t{64} * 1024;

activities::SmtpMail::Security SecurityOf(notify::Mail::Security security) {
  switch (security) {
    case notify::Mail::Security::kStartTls: return activities::SmtpMail::Security::kStartTls;
    case notify::Mail::Security::kTls: return activities::SmtpMail::Security::kTls;
    case notify::Mail::Security::kNone: return activities::SmtpMail::Security::kNone;
  }
  return activities::SmtpMail::Security::kStartTls;
}

}  // namespace

Result<notify::PostAnswer> NotifyTransport::Send(const notify::Post& post, const std::stop_token& stop) {
  // Services answer in a few bytes: what is longer, of which the client keeps the beginning, is somebody's error page.
  WEFT_TRY(auto response, http_.Send({.url = post.url,
                                      .method = "POST",
                                      .headers = post.headers,
                                      .body = post.body,
                                      .timeout = kTimeout,
                                      .max_body = kAnswer,
                                      .wants_body = [](int) { return false; }},
                                     stop));
  return notify::PostAnswer{
      .status = response.status, .body = std::move(response.body), .retry_after = response.retry_after};
}

Result<notify::MailAnswer> NotifyTransport::Send(const notify::Mail& mail, const std::stop_token& stop) {
  WEFT_TRY(auto reply, activities::SendMail({.host = mail.host,
                                             .port = mail.port,
                                             .security = SecurityOf(mail.security),
                                             .username = mail.username,
                                             .password = mail.password,
                                             .ca = mail.ca,
                                             .from = mail.from,
                                             .to = mail.to,
                                             .message = mail.message,
                                             .timeout = kTimeout},
                                            guard_, stop));
  return notify::MailAnswer{.reply = reply.code, .text = std::move(reply.text)};
}

}  // namespace weft::server

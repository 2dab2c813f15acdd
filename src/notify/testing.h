#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "notify/transport.h"

/// For tests of what sends messages.
namespace weft::notify {

/// Answers as the test says and keeps what it was given.
class FakeTransport final : public Transport {
 public:
  Result<PostAnswer> Send(const Post& post, const std::stop_token&) override {
    const std::scoped_lock lock(mutex_);
    posts_.push_back(post);
    return answer(post);
  }
  Result<MailAnswer> Send(const Mail& mail, const std::stop_token&) override {
    const std::scoped_lock lock(mutex_);
    mails_.push_back(mail);
    return mail_answer(mail);
  }
  std::vector<Post> posts() {
    const std::scoped_lock lock(mutex_);
    return posts_;
  }
  std::vector<Mail> mails() {
    const std::scoped_lock lock(mutex_);
    return mails_;
  }

  std::function<Result<PostAnswer>(const Post&)> answer = [](const Post&) -> Result<PostAnswer> {
    return PostAnswer{.status = 200, .body = "ok", .retry_after = {}};
  };
  std::function<Result<MailAnswer>(const Mail&)> mail_answer = [](const Mail&) -> Result<MailAnswer> {
    return MailAnswer{.reply = 250, .text = "queued"};
  };

 private:
  std::mutex mutex_;
  std::vector<Post> posts_;
  std::vector<Mail> mails_;
};

/// A report as the interpreter gives it.
inline constexpr std::string_view kReport = R"({
  "event": "failed", "workflow": "order-intake", "namespace": "default", "instance": "default.order-intake.hook.8841",
  "revision": 3, "status": "failed", "trigger": { "kind": "webhook", "id": "hook" }, "node": "each/7/ship",
  "error": { "code": "shell.exit", "message": "the script ended with exit code 3", "node": "each/7/ship", "attempt": 2,
             "retryable": true, "cause": null, "data": { "exit_code": 3, "stderr": "one\ntwo <b>\nno stock for 8841\n" } },
  "attempts": 2, "startedAt": "2026-03-01T02:03:04.005Z", "endedAt": "2026-03-01T02:04:09.500Z" })";

}  // namespace weft::notify

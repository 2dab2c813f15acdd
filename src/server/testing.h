#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/listener.h"

/// For tests of routes: a real listener on a free port of loopback, and a client that says exactly what it is told.
namespace weft::server {

class TestServer {
 public:
  /// Without authentication unless `auth` has a check. Aborts when it cannot listen.
  explicit TestServer(std::vector<Route> routes, AuthOptions auth = {}, const ListenerOptions& options = {})
      : auth_(std::move(auth)) {
    auto listener = Listener::Start(options, Router(std::move(routes)), auth_, metrics_);
    if (!listener) std::abort();
    listener_ = *std::move(listener);
  }

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] std::string url() const { return listener_->url(); }
  Listener& listener() { return *listener_; }
  Auth& auth() { return auth_; }
  Metrics& metrics() { return metrics_; }

 private:
  Auth auth_;
  Metrics metrics_;
  std::unique_ptr<Listener> listener_;
};

/// An answer as it came.
struct Answer {
  int status = 0;    ///< 0: the connection ended without one
  std::string head;  ///< status line and headers
  std::string body;

  /// The value of a header, by its name as the server writes it; empty when it is missing.
  [[nodiscard]] std::string Header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

/// One connection to a server on loopback.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Close();
  }
  TestClient(TestClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
  TestClient& operator=(TestClient&&) = delete;
  ~TestClient() { Close(); }

  /// False when the server has closed the connection.
  bool Send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Sends a whole request and reads the answer. `headers`: lines that end in CRLF; Host is added when it is missing.
  Answer Call(std::string_view method, std::string_view target, const std::string& headers = {},
              std::string_view body = {}) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n" + headers;
    if (headers.find("Host:") == std::string::npos) text += "Host: 127.0.0.1\r\n";
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    Send(text + "\r\n" + std::string(body));
    return Read(method != "HEAD");
  }

  /// The next answer; its body ends by its length, or with the connection.
  Answer Read(bool with_body = true) {
    Answer answer;
    answer.head = Until("\r\n\r\n");
    if (answer.head.empty()) return answer;
    std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
    if (!with_body || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
    const auto length = answer.Header("Content-Length");
    if (length.empty()) {
      while (Fill()) {
      }
      answer.body = std::exchange(buffer_, {});
      return answer;
    }
    const std::size_t size = std::stoul(length);
    while (buffer_.size() < size && Fill()) {
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }

  /// What comes up to and with `end`; empty when the connection ends before.
  std::string Until(std::string_view end) {
    std::size_t at = 0;
    while ((at = buffer_.find(end)) == std::string::npos) {
      if (!Fill()) return {};
    }
    auto text = buffer_.substr(0, at + end.size());
    buffer_.erase(0, at + end.size());
    return text;
  }

  /// Waits for the server to close the connection, and reads what comes before.
  std::string UntilClosed() {
    while (Fill()) {
    }
    return std::exchange(buffer_, {});
  }

  /// No more will be sent; answers still come.
  void ShutDown() { ::shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  bool Fill() {
    // A server that hangs fails the test instead of stopping it.
    pollfd polled{.fd = fd_, .events = POLLIN, .revents = 0};
    if (fd_ < 0 || ::poll(&polled, 1, 30'000) != 1) return false;
    std::array<char, 16384> piece;
    const auto got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string buffer_;
};

}  // namespace weft::server

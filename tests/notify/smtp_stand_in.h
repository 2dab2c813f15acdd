#pragma once

#include <algorithm>
#include <functional>
#include <string>

#include "activities/http_server_for_test.h"

namespace weft::notify {

/// A mail server on loopback for one conversation after the other. It knows STARTTLS and AUTH PLAIN, and takes mail
/// only when `taker` says `250 …`.
class SmtpStandIn {
 public:
  struct Taken {
    std::string from, login;  ///< of AUTH, as it came (base 64)
    std::vector<std::string> to;
    std::string message;
    bool encrypted = false;
  };
  /// `taker` answers to the end of a message; `greeting` and `receiver` to the beginning and each RCPT.
  struct Behaviour {
    std::string receiver = "250 OK", end = "250 2.0.0 queued as 42", login = "235 2.7.0 accepted";
    bool starttls = true, tls_at_once = false;
  };

  explicit SmtpStandIn(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    context_ = SSL_CTX_new(TLS_server_method());
    BIO* bio = BIO_new_mem_buf(own_.certificate.data(), -1);
    X509* x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, x509);
    X509_free(x509);
    BIO_free(bio);
    bio = BIO_new_mem_buf(own_.key.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_.get(), 8);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Accept(); });
  }
  SmtpStandIn(const SmtpStandIn&) = delete;
  SmtpStandIn& operator=(const SmtpStandIn&) = delete;
  ~SmtpStandIn() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    SSL_CTX_free(context_);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& certificate() const { return own_.certificate; }
  std::vector<Taken> taken() {
    const std::scoped_lock lock(mutex_);
    return taken_;
  }

 private:
  void Accept() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    while (true) {
      activities::Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.get() < 0) return;
      fd_ = connection.get();
      ssl_ = nullptr;
      buffer_.clear();
      if (behaviour_.tls_at_once && !Encrypt()) continue;
      Talk();
      SSL_free(ssl_);
    }
  }

  bool Encrypt() {
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    return SSL_accept(ssl_) == 1;
  }

  void Talk() {
    Taken mail;
    Say("220 stand-in ESMTP");
    std::string line;
    while (Hear(line)) {
      if (line.starts_with("EHLO")) {
        Say("250-stand-in");
        if (behaviour_.starttls && ssl_ == nullptr) Say("250-STARTTLS");
        Say("250-AUTH PLAIN");
        Say("250 8BITMIME");
      } else if (line == "STARTTLS") {
        Say("220 go ahead");
        if (!Encrypt()) return;
      } else if (line.starts_with("AUTH PLAIN")) {
        mail.login = line.size() > 11 ? line.substr(11) : std::string();
        if (mail.login.empty()) {
          Say("334 ");
          if (!Hear(mail.login)) return;
        }
        Say(behaviour_.login);
      } else if (line.starts_with("MAIL FROM:")) {
        mail.from = line.substr(10);
        Say("250 OK");
      } else if (line.starts_with("RCPT TO:")) {
        mail.to.push_back(line.substr(8));
        Say(behaviour_.receiver);
      } else if (line == "DATA") {
        Say("354 end with .");
        while (Hear(line) && line != ".") mail.message += line + "\r\n";
        mail.encrypted = ssl_ != nullptr;
        {
          const std::scoped_lock lock(mutex_);
          taken_.push_back(mail);
        }
        Say(behaviour_.end);
      } else if (line == "QUIT") {
        Say("221 bye");
        return;
      } else {
        Say("500 what?");
      }
    }
  }

  void Say(std::string text) {
    text += "\r\n";
    if (ssl_ != nullptr) {
      SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    } else {
      [[maybe_unused]] const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    }
  }

  bool Hear(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      std::array<char, 4096> piece;
      const auto got = ssl_ != nullptr ? SSL_read(ssl_, piece.data(), piece.size())
                                       : static_cast<int>(::recv(fd_, piece.data(), piece.size(), 0));
      if (got <= 0) return false;
      buffer_.append(piece.data(), static_cast<std::size_t>(got));
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
  }

  const Behaviour behaviour_;
  const activities::SelfSigned own_;
  SSL_CTX* context_ = nullptr;
  activities::Fd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int port_ = 0;
  int fd_ = -1;
  SSL* ssl_ = nullptr;
  std::string buffer_;
  std::mutex mutex_;
  std::vector<Taken> taken_;
  std::jthread thread_;
};

}  // namespace weft::notify

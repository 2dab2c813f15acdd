#pragma once

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "activities/fd.h"

/// A server on loopback that answers as a test tells it.
namespace weft::activities {

struct ServedRequest {
  std::string method, target, head, body;  ///< `head` is all lines, as they came
};

/// A key and a certificate for 127.0.0.1, signed by itself.
struct SelfSigned {
  SelfSigned() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), pair.get());
    auto* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("weft test"), -1, -1,
                               0);
    X509_set_issuer_name(x509.get(), name);
    for (const auto& [id, value] :
         {std::pair{NID_subject_alt_name, "IP:127.0.0.1"}, {NID_basic_constraints, "CA:TRUE"}}) {
      auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
      X509_add_ext(x509.get(), extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    certificate = Pem([&](BIO* bio) { PEM_write_bio_X509(bio, x509.get()); });
    key = Pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, pair.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

  std::string certificate, key;  ///< PEM

 private:
  static std::string Pem(const std::function<void(BIO*)>& write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
};

class HttpServer {
 public:
  /// Gives the whole answer, head and body; empty: the connection is closed without one. `HANG`: none comes.
  using Handler = std::function<std::string(const ServedRequest&)>;

  explicit HttpServer(Handler handler, const SelfSigned* tls = nullptr) : handler_(std::move(handler)) {
    if (tls != nullptr) UseTls(*tls);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_.get(), 64);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Accept(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(ending_.get(), &one, sizeof one);
    thread_.join();
    connections_.clear();
    SSL_CTX_free(context_);
  }

  [[nodiscard]] std::string Url(const std::string& path = "/") const {
    return std::string(context_ != nullptr ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int connections() const { return accepted_; }
  std::vector<ServedRequest> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void UseTls(const SelfSigned& tls) {
    context_ = SSL_CTX_new(TLS_server_method());
    const auto read = [](const std::string& text) {
      return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
    };
    BIO* bio = read(tls.certificate);
    X509* x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, x509);
    X509_free(x509);
    BIO_free(bio);
    bio = read(tls.key);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
  }

  /// False: the server ends.
  bool Wait(int fd) const {
    std::array<pollfd, 2> polled{{{fd, POLLIN, 0}, {ending_.get(), POLLIN, 0}}};
    ::poll(polled.data(), polled.size(), -1);
    return polled[1].revents == 0;
  }

  void Accept() {
    // OpenSSL writes to clients that have gone; the threads of connections inherit this.
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    while (Wait(listener_.get())) {
      Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      ++accepted_;
      connections_.emplace_back([this, connection = std::move(connection)] { Serve(connection.get()); });
    }
  }

  void Serve(int fd) {
    SSL* ssl = nullptr;
    if (context_ != nullptr) {
      ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
    }
    if (ssl == nullptr || (Wait(fd) && SSL_accept(ssl) == 1)) {
      std::string buffer;
      while (ServeOne(fd, ssl, buffer)) {
      }
    }
    SSL_free(ssl);
    ::shutdown(fd, SHUT_RDWR);
  }

  bool ServeOne(int fd, SSL* ssl, std::string& buffer) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill(fd, ssl, buffer)) return false;
    }
    ServedRequest request{.method = {}, .target = {}, .head = buffer.substr(0, end + 2), .body = {}};
    request.method = request.head.substr(0, request.head.find(' '));
    request.target = request.head.substr(request.method.size() + 1);
    request.target.resize(request.target.find(' '));
    std::size_t length = 0;
    if (const auto at = request.head.find("Content-Length: "); at != std::string::npos) {
      length = std::stoul(request.head.substr(at + 16));
    }
    while (buffer.size() < end + 4 + length) {
      if (!Fill(fd, ssl, buffer)) return false;
    }
    request.body = buffer.substr(end + 4, length);
    buffer.erase(0, end + 4 + length);
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
    }
    auto answer = handler_(request);
    if (const auto at = answer.find("HANG"); at != std::string::npos) {
      Write(fd, ssl, answer.substr(0, at));
      Wait(-1);
      return false;
    }
    return !answer.empty() && Write(fd, ssl, answer);
  }

  bool Fill(int fd, SSL* ssl, std::string& buffer) const {
    std::array<char, 16384> piece;
    if ((ssl == nullptr || SSL_pending(ssl) == 0) && !Wait(fd)) return false;
    const auto got =
        ssl != nullptr ? SSL_read(ssl, piece.data(), piece.size()) : ::recv(fd, piece.data(), piece.size(), 0);
    if (got <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }

  static bool Write(int fd, SSL* ssl, std::string_view text) {
    while (!text.empty()) {
      const auto sent = ssl != nullptr ? SSL_write(ssl, text.data(), static_cast<int>(text.size()))
                                       : ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  const Handler handler_;
  SSL_CTX* context_ = nullptr;
  Fd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Fd ending_{::eventfd(0, EFD_CLOEXEC)};
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  std::vector<ServedRequest> requests_;
  std::list<std::jthread> connections_;
  std::jthread thread_;
};

/// An answer with a length.
inline std::string Answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
inline std::string Json(const std::string& body) {
  return Answer("200 OK", "Content-Type: application/json\r\n", body);
}

}  // namespace weft::activities

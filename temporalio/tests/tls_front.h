#pragma once

#include <openssl/ssl.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace temporalio::test {

/// Speaks TLS (with the server identity of TestCertificates) on a port of its own and passes all bytes on to a server
/// that does not: the dev server cannot speak TLS.
class TlsFront {
 public:
  TlsFront(const std::string& behind, bool ask_for_client_certificate);
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  /// `127.0.0.1:PORT`.
  std::string target() const;

 private:
  void Accept(const std::stop_token& stop);

  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  const int behind_port_;
  int listener_ = -1;
  std::list<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace temporalio::test

#include "temporalio/tests/tls_front.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "temporalio/tests/certificates.h"

namespace temporalio::test {
namespace {

constexpr int kLookUpMillis = 20;  // how often a stop request is looked for

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int SelectHttp2(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                void*) {
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  return SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kHttp2, sizeof kHttp2, in, in_size) ==
                 OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX* MakeContext(bool ask_for_client_certificate) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  const auto read = [](const std::string& pem) { return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())); };
  const Certificates& certificates = TestCertificates();
  BIO* source = read(certificates.server.certificate);
  X509* certificate = PEM_read_bio_X509(source, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, certificate);
  X509_free(certificate);
  BIO_free(source);
  source = read(certificates.server.private_key);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(source, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  BIO_free(source);
  source = read(certificates.authority);
  X509* authority = PEM_read_bio_X509(source, nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
  X509_free(authority);
  BIO_free(source);
  SSL_CTX_set_alpn_select_cb(context, SelectHttp2, nullptr);
  if (ask_for_client_certificate)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

bool SendAll(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Until either side closes.
void Pump(const std::stop_token& stop, SSL* tls, int plain) {
  std::array<char, 16384> buffer;
  std::array<pollfd, 2> polled{{{SSL_get_fd(tls), POLLIN, 0}, {plain, POLLIN, 0}}};
  while (!stop.stop_requested()) {
    const bool pending = SSL_pending(tls) > 0;
    if (!pending && poll(polled.data(), polled.size(), kLookUpMillis) <= 0) continue;
    if (pending || polled[0].revents != 0) {
      const int size = SSL_read(tls, buffer.data(), buffer.size());
      if (size <= 0 || !SendAll(plain, buffer.data(), static_cast<std::size_t>(size))) return;
    }
    if (!pending && polled[1].revents != 0) {
      const ssize_t size = recv(plain, buffer.data(), buffer.size(), 0);
      if (size <= 0 || SSL_write(tls, buffer.data(), static_cast<int>(size)) <= 0) return;
    }
  }
}

void Serve(const std::stop_token& stop, SSL_CTX* context, int client, int behind_port) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context), SSL_free);
  SSL_set_fd(tls.get(), client);
  const int plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(behind_port);
  if (SSL_accept(tls.get()) == 1 && connect(plain, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    Pump(stop, tls.get(), plain);
  close(plain);
  close(client);
}

}  // namespace

TlsFront::TlsFront(const std::string& behind, bool ask_for_client_certificate)
    : context_(MakeContext(ask_for_client_certificate), SSL_CTX_free),
      behind_port_(std::stoi(behind.substr(behind.rfind(':') + 1))) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the other side may have closed
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in any = Loopback(0);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 || listen(listener_, 16) != 0)
    throw std::runtime_error("no port for the TLS front");
  acceptor_ = std::jthread([this](const std::stop_token& stop) { Accept(stop); });
}

TlsFront::~TlsFront() {
  acceptor_.request_stop();
  acceptor_.join();
  connections_.clear();
  close(listener_);
}

std::string TlsFront::target() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void TlsFront::Accept(const std::stop_token& stop) {
  pollfd polled{listener_, POLLIN, 0};
  while (!stop.stop_requested()) {
    if (poll(&polled, 1, kLookUpMillis) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    connections_.emplace_back(
        [this, client](const std::stop_token& end) { Serve(end, context_.get(), client, behind_port_); });
  }
}

}  // namespace temporalio::test

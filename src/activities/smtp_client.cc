#include "activities/smtp_client.h"

#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

namespace weft::activities {
namespace {

/// OpenSSL writes to connections that the other side has closed; keeps that from ending the process.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    constexpr timespec kNow{};
    ::sigtimedwait(&pipe_, nullptr, &kNow);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
};

/// One conversation, as curl's callbacks see it.
struct Conversation {
  const SmtpMail& mail;
  const AddressGuard& guard;
  const std::stop_token& stop;
  std::size_t sent = 0;
  std::string blocked{};
  std::string last_line{};

  static std::size_t OnRead(char* buffer, std::size_t size, std::size_t count, Conversation* self) {
    const auto piece = std::min(size * count, self->mail.message.size() - self->sent);
    std::memcpy(buffer, self->mail.message.data() + self->sent, piece);
    self->sent += piece;
    return piece;
  }

  /// The server's lines.
  static std::size_t OnHeader(const char* data, std::size_t /*one*/, std::size_t size, Conversation* self) {
    // The answer to the mail, not to the farewell.
    if (const std::string_view line(data, size); !line.starts_with("221")) self->last_line = line;
    return size;
  }

  static int OnProgress(Conversation* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return self->stop.stop_requested() ? 1 : 0;
  }

  static curl_socket_t OnOpenSocket(Conversation* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
    if (!self->guard.Allows(address->addr, self->mail.host)) {
      self->blocked = AddressText(address->addr);
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  /// `550 5.1.1 No such user` as code and text.
  [[nodiscard]] SmtpReply Reply() const {
    SmtpReply reply;
    std::string_view line = last_line;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    const auto [rest, error] =
        std::from_chars(line.data(), line.data() + std::min<std::size_t>(3, line.size()), reply.code);
    if (error == std::errc() && line.size() > 4) reply.text = line.substr(4);
    return reply;
  }
};

std::string_view CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return "timeout";
    case CURLE_ABORTED_BY_CALLBACK: return "cancelled";
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE: return "http.tls";
    default: return "http.connect";
  }
}

std::string HostOf(const SmtpMail& mail) { return mail.host.contains(':') ? '[' + mail.host + ']' : mail.host; }

}  // namespace

Result<SmtpReply> SendMail(const SmtpMail& mail, const AddressGuard& guard, const std::stop_token& stop) {
  const NoPipeSignal no_pipe_signal;
  const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> easy(::curl_easy_init(), &::curl_easy_cleanup);
  const auto set = [&](CURLoption option, auto value) { ::curl_easy_setopt(easy.get(), option, value); };
  Conversation conversation{.mail = mail, .guard = guard, .stop = stop};
  std::array<char, CURL_ERROR_SIZE> error{};
  const auto scheme = mail.security == SmtpMail::Security::kTls ? "smtps://" : "smtp://";
  const auto url = scheme + HostOf(mail) + ':' + std::to_string(mail.port);
  const auto from = '<' + mail.from + '>';
  curl_slist* list = nullptr;
  for (const auto& receiver : mail.to) list = ::curl_slist_append(list, ('<' + receiver + '>').c_str());
  const std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> receivers(list, &::curl_slist_free_all);
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error.data());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(mail.timeout.count()));
  if (mail.security == SmtpMail::Security::kStartTls) set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!mail.username.empty()) {
    set(CURLOPT_USERNAME, mail.username.c_str());
    set(CURLOPT_PASSWORD, mail.password.c_str());
  }
  std::string ca = mail.ca;
  curl_blob blob{.data = ca.data(), .len = ca.size(), .flags = CURL_BLOB_COPY};
  if (!ca.empty()) set(CURLOPT_CAINFO_BLOB, &blob);
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, receivers.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &Conversation::OnRead);
  set(CURLOPT_READDATA, &conversation);
  set(CURLOPT_HEADERFUNCTION, &Conversation::OnHeader);
  set(CURLOPT_HEADERDATA, &conversation);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Conversation::OnProgress);
  set(CURLOPT_XFERINFODATA, &conversation);
  set(CURLOPT_OPENSOCKETFUNCTION, &Conversation::OnOpenSocket);
  set(CURLOPT_OPENSOCKETDATA, &conversation);
  const auto code = ::curl_easy_perform(easy.get());
  const auto reply = conversation.Reply();
  if (code == CURLE_OK) return reply;
  if (!conversation.blocked.empty() && code == CURLE_COULDNT_CONNECT) {
    return Fail("http.blocked", "the mail server has the address " + conversation.blocked +
                                    ", which is not public; allow it with --http-allow");
  }
  // Refused by the server, not by the network.
  if (reply.code >= 400 && CodeOf(code) == "http.connect") return reply;
  return Fail(std::string(CodeOf(code)), error[0] != '\0' ? error.data() : ::curl_easy_strerror(code));
}

}  // namespace weft::activities

#include "activities/http_client.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

namespace weft::activities {
namespace {

constexpr std::size_t kKeptOfOthers = std::size_t{4} * 1024;
/// Reading that much of an answer nobody wants costs less than a new connection.
constexpr std::size_t kDrained = std::size_t{64} * 1024;
constexpr long kMaxConnections = 200;

/// Methods that may be sent a second time when a pooled connection turns out to be dead.
bool IsIdempotent(std::string_view method) {
  constexpr std::array<std::string_view, 5> kMethods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

std::string_view CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return "http.url";
    case CURLE_OPERATION_TIMEDOUT: return "timeout";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_INITFAILED: return "http.tls";
    default: return "http.connect";
  }
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view HttpResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : std::views::reverse(headers)) {
    if (key == name) return value;
  }
  return {};
}

/// One request under way. Belongs to the sending thread, which waits; used by the client's thread until it is done.
class HttpClient::Exchange {
 public:
  Exchange(HttpRequest request, const AddressGuard& guard) : request_(std::move(request)), guard_(guard) {
    Set(CURLOPT_PRIVATE, this);
    Set(CURLOPT_URL, request_.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_PROXY, "");
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer must not hold up the other requests
    Set(CURLOPT_ACCEPT_ENCODING, "");
    Set(CURLOPT_USERAGENT, "weft");
    Set(CURLOPT_ERRORBUFFER, error_.data());
    Set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::OnOpenSocket);
    Set(CURLOPT_OPENSOCKETDATA, this);
    Set(CURLOPT_HEADERFUNCTION, &Exchange::OnHeader);
    Set(CURLOPT_HEADERDATA, this);
    Set(CURLOPT_WRITEFUNCTION, &Exchange::OnBody);
    Set(CURLOPT_WRITEDATA, this);
    if (request_.timeout) Set(CURLOPT_TIMEOUT_MS, std::max<long>(1, request_.timeout->count()));
    if (request_.body) {
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
      Set(CURLOPT_POSTFIELDS, request_.body->c_str());
    } else if (request_.method == "POST") {
      Set(CURLOPT_POSTFIELDS, "");
    }
    if (request_.method == "HEAD") Set(CURLOPT_NOBODY, 1L);
    Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (!IsIdempotent(request_.method)) Set(CURLOPT_FRESH_CONNECT, 1L);
    AddHeader("Expect:");
    if (!HasHeader("content-type")) AddHeader("Content-Type:");
    for (const auto& [name, value] : request_.headers) AddHeader(name + (value.empty() ? ";" : ": " + value));
    Set(CURLOPT_HTTPHEADER, headers_);
    Set(CURLOPT_SSL_VERIFYPEER, request_.verify ? 1L : 0L);
    Set(CURLOPT_SSL_VERIFYHOST, request_.verify ? 2L : 0L);
    SetBlob(CURLOPT_CAINFO_BLOB, request_.ca);
    SetBlob(CURLOPT_SSLCERT_BLOB, request_.cert);
    SetBlob(CURLOPT_SSLKEY_BLOB, request_.key);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    ::curl_easy_cleanup(easy_);
    ::curl_slist_free_all(headers_);
  }

  [[nodiscard]] CURL* easy() const { return easy_; }

  /// Called on the client's thread when curl has ended.
  void Complete(CURLcode code) {
    if (too_large_) {
      result_ = Fail("too_large", fmt::format("the answer is larger than {} KB; raise `max_body` or ask for less",
                                              request_.max_body / 1024));
    } else if (code == CURLE_OK || stopped_reading_) {
      if (curl_off_t seconds = 0;
          ::curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
        response_.retry_after = std::chrono::seconds(seconds);
      }
      response_.status = Status();
      result_ = std::move(response_);
    } else if (code == CURLE_ABORTED_BY_CALLBACK) {
      result_ = Fail("cancelled", "the request was stopped");
    } else if (!blocked_.empty() && code == CURLE_COULDNT_CONNECT) {
      result_ = Fail("http.blocked", "the host has the address " + blocked_ +
                                         ", which is not public; allow it with --http-allow if workflows may reach it");
    } else {
      const std::string_view said = error_[0] != '\0' ? error_.data() : ::curl_easy_strerror(code);
      result_ = Fail(std::string(CodeOf(code)), std::string(said));
    }
  }

  std::optional<Result<HttpResponse>>& result() { return result_; }

 private:
  [[nodiscard]] int Status() const {
    long status = 0;
    ::curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  template <class Option>
  void Set(CURLoption option, Option value) {
    ::curl_easy_setopt(easy_, option, value);
  }

  void SetBlob(CURLoption option, std::string& pem) {
    if (pem.empty()) return;
    curl_blob blob{.data = pem.data(), .len = pem.size(), .flags = CURL_BLOB_COPY};
    Set(option, &blob);
  }

  void AddHeader(const std::string& line) { headers_ = ::curl_slist_append(headers_, line.c_str()); }

  [[nodiscard]] bool HasHeader(std::string_view name) const {
    return std::ranges::any_of(request_.headers, [&](const auto& header) {
      return std::ranges::equal(header.first, name, {},
                                [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
    });
  }

  static curl_socket_t OnOpenSocket(Exchange* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
    if (!self->guard_.Allows(address->addr, self->Host())) {
      self->blocked_ = AddressText(address->addr);
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  static std::size_t OnHeader(const char* data, std::size_t /*one*/, std::size_t size, Exchange* self) {
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {
      self->response_.headers.clear();  // an interim answer came before
      return size;
    }
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      std::string name(line.substr(0, colon));
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      self->response_.headers.emplace_back(std::move(name), Trimmed(line.substr(colon + 1)));
    }
    return size;
  }

  static std::size_t OnBody(const char* data, std::size_t /*one*/, std::size_t size, Exchange* self) {
    return self->TakeBody({data, size}) ? size : CURL_WRITEFUNC_ERROR;
  }

  bool TakeBody(std::string_view piece) {
    auto& body = response_.body;
    received_ += piece.size();
    if (request_.wants_body(Status())) {
      body += piece;
      too_large_ = received_ > request_.max_body;
      return !too_large_;
    }
    body += piece.substr(0, kKeptOfOthers - std::min(kKeptOfOthers, body.size()));
    stopped_reading_ = received_ > kDrained;
    return !stopped_reading_;
  }

  /// The host of the URL, without the brackets of an IPv6 address.
  [[nodiscard]] std::string Host() const {
    std::string host;
    CURLU* url = ::curl_url();
    char* part = nullptr;
    if (::curl_url_set(url, CURLUPART_URL, request_.url.c_str(), 0) == CURLUE_OK &&
        ::curl_url_get(url, CURLUPART_HOST, &part, 0) == CURLUE_OK) {
      host = part;
    }
    ::curl_free(part);
    ::curl_url_cleanup(url);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return host;
  }

  HttpRequest request_;
  const AddressGuard& guard_;
  CURL* easy_ = ::curl_easy_init();
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
  HttpResponse response_;
  std::string blocked_;  ///< the address that the guard refused last
  std::uint64_t received_ = 0;
  bool too_large_ = false;
  bool stopped_reading_ = false;
  std::optional<Result<HttpResponse>> result_;
};

/// The curl handle, out of the header.
class HttpClient::Multi {
 public:
  Multi() { ::curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, kMaxConnections); }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() { ::curl_multi_cleanup(handle); }

  CURLM* const handle = ::curl_multi_init();
};

HttpClient::HttpClient(const Settings& settings) : guard_(settings) {
  static const auto kInitialised = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kInitialised);
  multi_ = std::make_unique<Multi>();
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

HttpClient::~HttpClient() {
  thread_.request_stop();
  ::curl_multi_wakeup(multi_->handle);
  thread_.join();
}

Result<HttpResponse> HttpClient::Send(HttpRequest request, const std::stop_token& stop) {
  Exchange exchange(std::move(request), guard_);
  std::unique_lock lock(mutex_);
  starting_.push_back(&exchange);
  lock.unlock();
  ::curl_multi_wakeup(multi_->handle);
  {
    const std::stop_callback cancel(stop, [&] {
      {
        const std::scoped_lock cancelling(mutex_);
        cancelled_.push_back(&exchange);
      }
      ::curl_multi_wakeup(multi_->handle);
    });
    lock.lock();
    finished_.wait(lock, [&] { return exchange.result().has_value(); });
    lock.unlock();
  }
  lock.lock();
  std::erase(cancelled_, &exchange);
  return *std::move(exchange.result());
}

void HttpClient::Loop(const std::stop_token& stop) {
  // OpenSSL writes to connections that the other side has closed.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::vector<Exchange*> running;
  const auto end = [&](Exchange& exchange, CURLcode code) {
    ::curl_multi_remove_handle(multi_->handle, exchange.easy());
    std::erase(running, &exchange);
    const std::scoped_lock lock(mutex_);
    exchange.Complete(code);
    finished_.notify_all();
  };
  while (!stop.stop_requested()) {
    std::vector<Exchange*> cancelled;
    {
      const std::scoped_lock lock(mutex_);
      for (auto* exchange : starting_) {
        running.push_back(exchange);
        ::curl_multi_add_handle(multi_->handle, exchange->easy());
      }
      starting_.clear();
      cancelled.swap(cancelled_);
    }
    for (auto* exchange : cancelled) {
      if (std::ranges::find(running, exchange) != running.end()) end(*exchange, CURLE_ABORTED_BY_CALLBACK);
    }
    int left = 0;
    ::curl_multi_perform(multi_->handle, &left);
    while (const auto* message = ::curl_multi_info_read(multi_->handle, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      void* exchange = nullptr;
      ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
      end(*static_cast<Exchange*>(exchange), message->data.result);
    }
    ::curl_multi_poll(multi_->handle, nullptr, 0, 60'000, nullptr);
  }
}

}  // namespace weft::activities

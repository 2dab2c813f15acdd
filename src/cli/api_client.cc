#include "cli/api_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/encode.h"
#include "base/host.h"
#include "cli/command.h"
#include "cli/data_directory.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/version.h"

namespace weft::cli {
namespace {

using expr::Value;

constexpr long kConnectSeconds = 10;
constexpr long kCallSeconds = 60;
/// The server sends something every 15 s while a stream is idle.
constexpr long kSilentSeconds = 60;
constexpr std::chrono::seconds kPause{1};
constexpr std::size_t kMaxAnswer = std::size_t{64} * 1024 * 1024;
constexpr int kPage = 200;

struct UrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct EasyFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Url = std::unique_ptr<CURLU, UrlFree>;
using Headers = std::unique_ptr<curl_slist, ListFree>;

std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string TokenForHost(std::string_view host) {
  if (auto token = Variable("WEFT_TOKEN"); !token.empty()) return token;
  // What opens this machine's server is nobody else's business.
  if (!IsLoopbackHost(host)) return {};
  const auto data = Variable("WEFT_DATA");
  auto text = ReadTextFile(TokenFile(data.empty() ? DefaultDataDirectory() : data));
  if (!text) return {};
  text->erase(text->find_last_not_of(" \r\n") + 1);
  return *text;
}

void Add(Headers& headers, const std::string& line) {
  headers.reset(curl_slist_append(headers.release(), line.c_str()));
}

/// The error that a problem document tells, or what there is instead of one.
Error ProblemError(const std::string& server, int status, const std::string& body) {
  const auto problem = Value::Parse(body, Value::kMaxDepth);
  if (!problem || !problem->Get("code").IsString()) {
    return {"server", server + " answered with status " + std::to_string(status) +
                          ", but not as a Weft server does; check the address (--server or WEFT_SERVER)."};
  }
  auto message = problem->Get("detail").AsString();
  if (message.empty()) message = problem->Get("title").AsString();
  if (const auto hint = problem->Get("hint").AsString(); !hint.empty()) message += "\n  hint: " + hint;
  if (status == 401) message += "\nSet WEFT_TOKEN to a token of this server (`weft token create` makes them).";
  return {problem->Get("code").AsString(), std::move(message)};
}

}  // namespace

std::string TokenFor(const std::string& server) {
  const Url url(curl_url());
  const bool good = url && curl_url_set(url.get(), CURLUPART_URL, server.c_str(), 0) == CURLUE_OK;
  return TokenForHost(good ? PartOf(url.get(), CURLUPART_HOST) : std::string());
}

void AddServerOptions(CLI::App& verb, ServerOptions& options) {
  verb.group("Verbs that talk to a server");
  verb.add_option("--server", options.server, "The server's URL")->capture_default_str()->group(kSettings);
}

std::string QueryText(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) text += (text.empty() ? '?' : '&') + name + '=' + PercentEncode(value);
  }
  return text;
}

class ApiClient::Impl {
 public:
  Impl(std::string base, std::string token)
      : base_(std::move(base)), token_(std::move(token)), easy_(curl_easy_init()) {}

  Result<Answer> Send(std::string_view method, const std::string& path, const std::string& body,
                      const std::string& content_type) {
    Answer answer;
    const auto take = [&answer](std::string_view bytes) {
      if (answer.body.size() + bytes.size() > kMaxAnswer) return false;
      answer.body += bytes;
      return true;
    };
    Headers headers;
    if (!body.empty()) Add(headers, "Content-Type: " + content_type);
    Prepare(method, path, headers, take);
    curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT, kCallSeconds);
    if (!body.empty()) {
      curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, body.data());
    } else if (method == "POST" || method == "PUT") {
      curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDSIZE, 0L);
      curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, "");
    }
    WEFT_TRY_VOID(Perform());
    answer.status = Status();
    if (answer.status >= 400) return std::unexpected(ProblemError(base_, answer.status, answer.body));
    return answer;
  }

  /// One connection, to its end or until the reader's callback has had enough.
  Result<void> Stream(const std::string& path, const std::string& last_id, ServerEventReader& reader,
                      const bool& enough) {
    std::string problem;
    const auto take = [&](std::string_view bytes) {
      if (Status() >= 400) {
        problem += bytes.substr(0, kMaxAnswer - std::min(problem.size(), kMaxAnswer));
      } else {
        reader.Feed(bytes);
      }
      return !enough;
    };
    Headers headers;
    Add(headers, "Accept: text/event-stream");
    if (!last_id.empty()) Add(headers, "Last-Event-ID: " + last_id);
    Prepare("GET", path, headers, take);
    curl_easy_setopt(easy_.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy_.get(), CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    WEFT_TRY_VOID(Perform());
    if (Status() >= 400) return std::unexpected(ProblemError(base_, Status(), problem));
    return {};
  }

  [[nodiscard]] const std::string& base() const { return base_; }

 private:
  using Take = std::function<bool(std::string_view)>;

  static std::size_t Write(char* bytes, std::size_t /*one*/, std::size_t size, void* take) {
    return (*static_cast<Take*>(take))({bytes, size}) ? size : 0;
  }

  void Prepare(std::string_view method, const std::string& path, Headers& headers, Take take) {
    take_ = std::move(take);
    error_.fill('\0');
    if (!token_.empty()) Add(headers, "Authorization: Bearer " + token_);
    Add(headers, "Expect:");
    headers_ = std::move(headers);
    CURL* easy = easy_.get();
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, (base_ + path).c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "weft");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Impl::Write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &take_);
  }

  Result<void> Perform() {
    const auto code = curl_easy_perform(easy_.get());
    if (code == CURLE_OK) return {};
    const std::string why = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    return Fail("server",
                "The server at " + base_ + " cannot be reached: " + why +
                    ".\nCheck that it runs (`weft dev` starts one) and the address (--server or WEFT_SERVER).");
  }

  [[nodiscard]] int Status() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  std::string base_, token_;
  std::unique_ptr<CURL, EasyFree> easy_;
  Headers headers_;
  Take take_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::Open(const ServerOptions& options) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  const Url url(curl_url());
  auto text = options.server.contains("://") ? options.server : "http://" + options.server;
  while (text.ends_with('/')) text.pop_back();
  const bool good = ready && url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  const auto scheme = good ? PartOf(url.get(), CURLUPART_SCHEME) : std::string();
  if (scheme != "http" && scheme != "https") {
    return Fail("usage", "--server takes a URL such as http://127.0.0.1:8080, not: " + options.server);
  }
  const auto host = PartOf(url.get(), CURLUPART_HOST);
  auto token = TokenForHost(host);
  if (scheme == "http" && !token.empty() && !IsLoopbackHost(host)) {
    return Fail("usage",
                "A token is not sent over http to another machine, where anybody on the way could read it; "
                "give --server an https address.");
  }
  return ApiClient(std::make_unique<Impl>(std::move(text), std::move(token)));
}

Result<ApiClient::Answer> ApiClient::Send(std::string_view method, const std::string& path, const std::string& body,
                                          const std::string& content_type) {
  return impl_->Send(method, path, body, content_type);
}

Result<Value> ApiClient::Get(const std::string& path) {
  WEFT_TRY(const auto answer, Send("GET", path));
  auto value = Value::Parse(answer.body);
  if (!value) return std::unexpected(ProblemError(impl_->base(), answer.status, {}));
  return value;
}

Result<Value> ApiClient::Post(const std::string& path, const Value& body) {
  WEFT_TRY(const auto answer, Send("POST", path, body.Dump()));
  if (answer.body.empty()) return Value();
  auto value = Value::Parse(answer.body);
  if (!value) return std::unexpected(ProblemError(impl_->base(), answer.status, {}));
  return value;
}

Result<std::vector<Value>> ApiClient::List(const std::string& path,
                                           std::vector<std::pair<std::string, std::string>> parameters,
                                           std::size_t limit, const std::string& from) {
  std::vector<Value> items;
  parameters.emplace_back("limit", std::to_string(std::min<std::size_t>(kPage, limit)));
  auto& cursor = parameters.emplace_back("cursor", from).second;
  while (true) {
    WEFT_TRY(const auto page, Get(path + QueryText(parameters)));
    const auto list = page.Get("items");
    for (std::size_t i = 0; i < list.size() && items.size() < limit; ++i) items.push_back(list.At(i));
    cursor = page.Get("next").AsString();
    if (cursor.empty() || items.size() >= limit) return items;
  }
}

Result<void> ApiClient::Stream(const std::string& path, const std::function<bool(const ServerEvent&)>& on_event,
                               const std::function<void(const std::string&)>& on_trouble) {
  bool enough = false, connected = false, told = false;
  std::string last_id;
  while (true) {
    ServerEventReader reader([&](const ServerEvent& event) {
      connected = true;
      told = false;
      if (!enough) enough = !on_event(event);
      last_id = event.id;
    });
    const auto ended = impl_->Stream(path, last_id, reader, enough);
    if (enough) return {};
    // A server that never was there is an error; one that goes away, also in order, comes back.
    if (!ended && (!connected || ended.error().code != "server")) return std::unexpected(ended.error());
    if (!ended && !std::exchange(told, true)) on_trouble(ended.error().message);
    std::this_thread::sleep_for(kPause);
  }
}

int ReportFailure(const Error& error) {
  Report(error.message);
  const auto& code = error.code;
  if (code == "server" || code == "temporal" || code.starts_with("store.") || code == "busy") return kUnreachable;
  return code == "internal" ? kFailed : kUsage;
}

}  // namespace weft::cli

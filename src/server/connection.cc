#include "server/connection.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>

#include "base/ascii.h"
#include "server/http_text.h"

namespace weft::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

/// Runs `work` on the pool, then goes on here; nothing when the pool is full.
template <class T>
asio::awaitable<std::optional<T>> OnPool(WorkPool& pool, std::function<T()> work) {
  const auto start = [&pool](auto handler, std::function<T()> job) {
    const auto executor = asio::get_associated_executor(handler);
    // std::function wants to be copyable, the handler is not.
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    const bool taken = pool.TryRun([executor, shared, job = std::move(job)] {
      asio::post(executor, [handler = std::move(*shared), result = std::make_optional(job())]() mutable {
        std::move(handler)(std::move(result));
      });
    });
    if (!taken) {
      asio::post(executor, [handler = std::move(*shared)]() mutable { std::move(handler)(std::optional<T>()); });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::optional<T>)>(
      start, asio::use_awaitable, std::move(work));
}

Response Busy() {
  return ProblemOf({"busy", "The server has more requests in hand than it can take. Try again in a moment."});
}

/// The handler's result; what it throws is a fault of ours.
template <class T, class F>
T Guarded(const Request& request, const F& handler) {
  try {
    return handler();
  } catch (const std::exception& exception) {
    spdlog::error("{} {}: {}", request.method, request.path, exception.what());
  }
  return ProblemOf({"internal", "The server could not answer this request; its log says why."});
}

Request ReadHead(const http::request<http::string_body>& message, std::string_view remote) {
  Request request;
  request.method = std::string(message.method_string());
  request.path = std::string(message.target());
  request.remote = remote;
  for (const auto& field : message) {
    request.headers.emplace_back(LowerCase(field.name_string()), std::string(field.value()));
  }
  return request;
}

/// What of a request tells who sent it.
Request CredentialsOf(Request request) {
  Request kept;
  kept.method = std::move(request.method);
  for (auto& header : request.headers) {
    if (header.first == "authorization" || header.first == "cookie" || header.first == "host") {
      kept.headers.push_back(std::move(header));
    }
  }
  return kept;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Site& site) : site_(site), stream_(std::move(socket)) {
  beast::error_code error;
  remote_ = stream_.socket().remote_endpoint(error).address().to_string();
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
}

asio::awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  while (!draining_ && co_await ServeOne()) {
  }
  co_await Close();
}

void Connection::Drain() {
  draining_ = true;
  if (idle_) stream_.cancel();
  if (events_) events_->Close();
}

void Connection::Abandon() {
  if (events_) events_->Detach();
}

asio::awaitable<bool> Connection::WaitForRequest() {
  if (buffer_.size() > 0) co_return true;
  idle_ = true;
  stream_.expires_after(site_.options.idle);
  const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(2048), kNoThrow);
  idle_ = false;
  buffer_.commit(size);
  co_return !error;
}

void Connection::AllowTransfer(std::uint64_t bytes) {
  stream_.expires_after(site_.options.transfer_timeout + std::chrono::seconds(bytes / (16 * 1024)));
}

asio::awaitable<bool> Connection::ServeOne() {
  if (!co_await WaitForRequest()) co_return false;
  auto parser = std::make_unique<Parser>();
  parser->header_limit(static_cast<std::uint32_t>(site_.options.max_header));
  parser->body_limit(boost::none);  // the route's own, once it is known
  stream_.expires_after(site_.options.header_timeout);
  const auto [error, size] = co_await http::async_read_header(stream_, buffer_, *parser, kNoThrow);
  if (error) {
    // The client has gone, or its time is up, which has closed the connection.
    if (error.category() != make_error_code(http::error::bad_method).category() ||
        error == http::error::end_of_stream || error == http::error::partial_message) {
      co_return false;
    }
    unread_ = true;
    Response refusal = Problem(400, {"request", "This is not a request of HTTP/1.1: " + error.message() + "."});
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      refusal = Problem(431, {"too_large", "The request's head is larger than " +
                                               std::to_string(site_.options.max_header) + " bytes."});
    }
    co_await Write(refusal, true, false);
    co_return false;
  }

  const auto began = std::chrono::steady_clock::now();
  const Counting in_flight(site_.in_flight);
  auto request = ReadHead(parser->get(), remote_);
  auto outcome = co_await Handle(*parser, request);
  unread_ = !parser->is_done();
  const bool keep_alive = parser->get().keep_alive() && !unread_ && !draining_ && parser->get().version() == 11;
  parser.reset();
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  Count(outcome, request, took);
  if (!outcome.events) co_return co_await Write(outcome.response, request.method != "HEAD", keep_alive) && keep_alive;

  auto opened_by = std::make_shared<const Request>(CredentialsOf(std::exchange(request, {})));
  buffer_ = {};
  co_await Stream(std::move(outcome.events), *outcome.route, std::move(opened_by));
  // What feeds streams may lock and block when it lets go of one.
  site_.pool.Run([source = std::move(outcome.source)]() mutable { source.reset(); });
  co_return false;
}

asio::awaitable<Connection::Outcome> Connection::Handle(Parser& parser, Request& request) {
  const auto refuse = [](Response response, const Route* route = nullptr) {
    return Outcome{.response = std::move(response), .events = {}, .source = {}, .route = route};
  };
  const std::string target = std::exchange(request.path, {});
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  auto found = site_.router.Find(request.method, path);
  const auto* match = std::get_if<Router::Match>(&found);
  const Route* route = match != nullptr ? match->route : nullptr;

  if (const auto refused = site_.auth.Admit(request, route, site_.on_loopback)) co_return refuse(ProblemOf(*refused));
  auto query = ParseQuery(path.size() < target.size() ? std::string_view(target).substr(path.size() + 1) : "");
  if (std::holds_alternative<Router::BadPath>(found) || !query) {
    co_return refuse(
        ProblemOf({"request", "The request's target is not a path of well-formed, percent-encoded text."}));
  }
  request.path = PercentDecode(path).value_or(std::string(path));
  if (const auto* refused = std::get_if<Router::NoSuchMethod>(&found)) {
    auto problem = ProblemOf({"method", "This path answers to " + refused->allow + " only."});
    problem.headers.emplace_back("Allow", refused->allow);
    co_return refuse(std::move(problem));
  }
  if (route == nullptr) co_return refuse(ProblemOf({"not_found", "Nothing is at " + request.path + "."}));
  request.parameters = std::move(std::get<Router::Match>(found).parameters);
  request.query = *std::move(query);

  if (route->permission != Permission::kPublic) {
    auto who = co_await OnPool<Result<Principal>>(
        site_.pool, [this, &request, route] { return site_.auth.Authorise(request, route->permission); });
    if (!who) co_return refuse(Busy(), route);
    if (!*who) co_return refuse(ProblemOf(who->error()), route);
    request.principal = **std::move(who);
  }
  BodyShare share(site_);
  if (auto refused = co_await ReadBody(parser, request, *route, share)) co_return refuse(*std::move(refused), route);
  auto outcome = co_await Call(*route, request);
  outcome.route = route;
  co_return outcome;
}

asio::awaitable<std::optional<Response>> Connection::ReadBody(Parser& parser, Request& request, const Route& route,
                                                              BodyShare& share) {
  if (parser.is_done()) co_return std::nullopt;
  const auto type = MediaType(request.Header("content-type"));
  static const std::vector<std::string> kJson{"application/json"};
  const auto& accepts = route.accepts.empty() ? kJson : route.accepts;
  const bool accepted =
      std::ranges::any_of(accepts, [&](const std::string& known) { return known == "*/*" || known == type; });
  if (!accepted) {
    std::string known;
    for (const auto& accept : accepts) known += (known.empty() ? "" : ", ") + accept;
    co_return ProblemOf({"media_type", "The body's Content-Type must be " + known + "."});
  }
  const auto too_large = [&] {
    return ProblemOf(
        {"too_large", "The body is larger than the " + std::to_string(route.max_body) + " bytes this call takes."});
  };
  if (parser.content_length().value_or(0) > route.max_body) co_return too_large();
  if (!share.Take(parser.content_length().value_or(route.max_body))) co_return Busy();
  if (const auto expect = request.Header("expect"); !expect.empty()) {
    if (LowerCase(expect) != "100-continue") {
      co_return Problem(417, {"request", "This server knows no expectation but 100-continue."});
    }
    AllowTransfer(0);
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(stream_, asio::buffer(kContinue), kNoThrow);
  }
  parser.body_limit(route.max_body);
  AllowTransfer(parser.content_length().value_or(route.max_body));
  const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kNoThrow);
  if (error == http::error::body_limit) co_return too_large();
  if (error) co_return Problem(400, {"request", "The request's body is broken: " + error.message() + "."});
  request.body = std::move(parser.get().body());
  co_return std::nullopt;
}

asio::awaitable<Connection::Outcome> Connection::Call(const Route& route, Request& request) {
  if (const auto* handler = std::get_if<Handler>(&route.handler)) {
    const auto call = [&request, handler] { return Guarded<Response>(request, [&] { return (*handler)(request); }); };
    if (route.quick) co_return Outcome{.response = call(), .events = {}, .source = {}};
    auto response = co_await OnPool<Response>(site_.pool, call);
    co_return Outcome{.response = response ? *std::move(response) : Busy(), .events = {}, .source = {}};
  }
  if (request.method == "HEAD") {
    co_return Outcome{
        .response = {.content_type = "text/event-stream", .body = {}, .headers = {}}, .events = {}, .source = {}};
  }
  using Started = std::variant<Response, StreamSource>;
  const auto& handler = std::get<StreamHandler>(route.handler);
  const auto events = std::make_shared<EventBacklog>(stream_.get_executor(), site_.options.stream_backlog);
  events_ = events;
  auto started = co_await OnPool<Started>(site_.pool, [&request, &handler, &events] {
    return Guarded<Started>(request, [&] { return handler(request, events); });
  });
  if (!started || std::holds_alternative<Response>(*started)) {
    events_.reset();
    events->Detach();
    co_return Outcome{
        .response = started ? std::get<Response>(*std::move(started)) : Busy(), .events = {}, .source = {}};
  }
  co_return Outcome{.response = {}, .events = events, .source = std::get<StreamSource>(*std::move(started))};
}

asio::awaitable<bool> Connection::Write(const Response& response, bool with_body, bool keep_alive) {
  const auto head = HeadOf(response, response.body.size(), keep_alive);
  const std::string_view body = with_body ? std::string_view(response.body) : std::string_view();
  AllowTransfer(head.size() + body.size());
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
  const auto [error, size] = co_await asio::async_write(stream_, buffers, kNoThrow);
  co_return !error;
}

// Whoever cannot be asked has not said no.
asio::awaitable<bool> Connection::StillMay(std::shared_ptr<const Request> opened_by, Permission permission) {
  if (!site_.auth.required()) co_return true;
  const auto who = co_await OnPool<Result<Principal>>(
      site_.pool, [this, opened_by, permission] { return site_.auth.Authorise(*opened_by, permission); });
  co_return !who || *who || (who->error().code != "unauthorized" && who->error().code != "forbidden");
}

asio::awaitable<void> Connection::Stream(std::shared_ptr<EventBacklog> events, const Route& route,
                                         std::shared_ptr<const Request> opened_by) {
  const Counting streams(site_.streams);
  auto checked = std::chrono::steady_clock::now();
  if (draining_) events->Close();
  stream_.expires_never();
  asio::co_spawn(
      stream_.get_executor(),
      [self = shared_from_this(), events]() -> asio::awaitable<void> { return self->WatchClient(events); },
      asio::detached);
  std::string text = HeadOf({.status = 200,
                             .content_type = "text/event-stream",
                             .body = {},
                             .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}},
                            std::nullopt, false) +
                     "retry: 2000\n\n";
  for (bool last = false;;) {
    // Only the write has a time to keep: the read that watches the client began without one.
    AllowTransfer(text.size());
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(text), kNoThrow);
    if (error || last) break;
    auto piece = co_await events->Next(site_.options.stream_keep_alive);
    if (const auto now = std::chrono::steady_clock::now(); now - checked >= site_.options.stream_recheck) {
      if (!co_await StillMay(opened_by, route.permission)) break;
      checked = now;
    }
    if (piece.cut_off) {
      site_.metrics.CounterOf("weft_sse_cut_off_total", "Streams ended because their client did not keep up").Add();
    }
    if (piece.last && piece.text.empty()) break;
    text = piece.text.empty() ? std::string(": \n\n") : std::move(piece.text);
    last = piece.last;
  }
  events_.reset();
  events->Detach();
}

asio::awaitable<void> Connection::WatchClient(std::shared_ptr<EventBacklog> events) {
  std::array<char, 512> ignored;
  for (;;) {
    const auto [error, size] = co_await stream_.async_read_some(asio::buffer(ignored), kNoThrow);
    if (error) break;
  }
  events->Detach();
}

asio::awaitable<void> Connection::Close() {
  beast::error_code error;
  auto& socket = stream_.socket();
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  // Closing a socket with unread data resets the connection, and the client may lose the answer to it.
  std::array<char, 4096> ignored;
  stream_.expires_after(std::chrono::seconds(2));
  for (std::size_t total = 0; unread_ && total < std::size_t{64} * 1024 * 1024;) {
    const auto [failed, size] = co_await stream_.async_read_some(asio::buffer(ignored), kNoThrow);
    if (failed) break;
    total += size;
  }
  stream_.close();
}

void Connection::Count(const Outcome& outcome, const Request& request, double seconds) {
  const std::string route = outcome.route != nullptr ? outcome.route->pattern : "none";
  const int status = outcome.events ? 200 : outcome.response.status;
  site_.metrics
      .CounterOf("weft_http_requests_total", "Requests by route, method and status",
                 {{"route", route},
                  {"method", outcome.route != nullptr ? request.method : "none"},
                  {"status", std::to_string(status)}})
      .Add();
  if (outcome.route != nullptr && !outcome.events) {
    site_.metrics.HistogramOf("weft_http_request_seconds", "From a request's head to its answer", {{"route", route}})
        .Observe(seconds);
  }
}

}  // namespace weft::server

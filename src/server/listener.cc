#include "server/listener.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "server/connection.h"

namespace weft::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Raises the process's limit of open files as far as it may go; gives it.
std::size_t AllowFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace

class Listener::Impl {
 public:
  Impl(const ListenerOptions& options, Router router, Auth& auth, Metrics& metrics)
      : options_(options),
        router_(std::move(router)),
        pool_(options.threads, options.waiting,
              metrics.GaugeOf("weft_http_pool", "Handlers that run, or wait for a thread")),
        site_{.options = options_,
              .router = router_,
              .auth = auth,
              .metrics = metrics,
              .pool = pool_,
              .on_loopback = true,
              .in_flight = metrics.GaugeOf("weft_http_in_flight", "Requests that are being read, handled or answered"),
              .streams = metrics.GaugeOf("weft_sse_streams", "Open streams of server-sent events")},
        open_(metrics.GaugeOf("weft_http_connections", "Open connections")) {}

  Result<void> Listen() {
    boost::system::error_code error;
    // Of the two addresses of `localhost` clients try this one most.
    const auto host = options_.host == "localhost" ? "127.0.0.1" : options_.host;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(host, std::to_string(options_.port), tcp::resolver::passive, error);
    if (error) return Fail("listen", "The address " + options_.host + " is not known: " + error.message() + ".");
    const tcp::endpoint endpoint = *found.begin();
    site_.on_loopback = endpoint.address().is_loopback();
    if (!site_.on_loopback && !site_.auth.required()) {
      return Fail("usage", "Without authentication the server listens on loopback only, and " + options_.host +
                               " is not: leave `--auth` at `token`, or use `--host 127.0.0.1`.");
    }
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error) {
      return Fail("listen", "Cannot listen on " + options_.host + ":" + std::to_string(options_.port) + ": " +
                                error.message() + ". Choose another --host or --port.");
    }
    endpoint_ = acceptor_.local_endpoint(error);
    const auto files = AllowFiles();
    options_.max_connections = std::min(options_.max_connections, files > 512 ? files - 256 : files / 2);
    return {};
  }

  void Serve() {
    asio::co_spawn(io_, Accept(), [](std::exception_ptr) {});
    thread_ = std::thread([this] { io_.run(); });
  }

  void Stop(Duration patience) {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      boost::system::error_code error;
      acceptor_.close(error);
      draining_ = true;
      for (auto* connection : connections_) connection->Drain();
      NoteEnd();
    });
    {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, patience, [this] { return all_ended_; });
    }
    io_.stop();
    thread_.join();
    for (auto* connection : connections_) connection->Abandon();
  }

  ~Impl() { Stop(Duration(0)); }

  [[nodiscard]] const tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  asio::awaitable<void> Accept() {
    asio::steady_timer pause(io_);
    while (!draining_) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (draining_) co_return;
      if (error) {  // mostly too many open files: others will end
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      if (connections_.size() >= options_.max_connections) {
        Refuse(socket);
        continue;
      }
      const auto connection = std::make_shared<Connection>(std::move(socket), site_);
      connections_.insert(connection.get());
      open_.Add(1);
      asio::co_spawn(io_, connection->Run(), [this, connection](const std::exception_ptr&) {
        connections_.erase(connection.get());
        open_.Add(-1);
        if (draining_) NoteEnd();
      });
    }
  }

  static void Refuse(tcp::socket& socket) {
    constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    boost::system::error_code error;
    socket.non_blocking(true, error);
    socket.send(asio::buffer(kFull), 0, error);
  }

  void NoteEnd() {
    if (!connections_.empty()) return;
    const std::scoped_lock lock(mutex_);
    all_ended_ = true;
    ended_.notify_all();
  }

  ListenerOptions options_;
  const Router router_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  tcp::acceptor acceptor_{io_};
  tcp::endpoint endpoint_;
  WorkPool pool_;  // after the context, to which its work comes back
  Site site_;
  Gauge& open_;
  std::set<Connection*> connections_;  // of the thread
  bool draining_ = false;              // of the thread
  std::mutex mutex_;
  std::condition_variable ended_;
  bool all_ended_ = false;
  std::thread thread_;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::Start(const ListenerOptions& options, Router router, Auth& auth,
                                                  Metrics& metrics) {
  auto impl = std::make_unique<Impl>(options, std::move(router), auth, metrics);
  WEFT_TRY_VOID(impl->Listen());
  impl->Serve();
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

void Listener::Stop(Duration patience) { impl_->Stop(patience); }

std::uint16_t Listener::port() const { return impl_->endpoint().port(); }

std::string Listener::url() const {
  const auto& endpoint = impl_->endpoint();
  const auto address = endpoint.address();
  const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return "http://" + host + ":" + std::to_string(endpoint.port());
}

}  // namespace weft::server

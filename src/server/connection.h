#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "server/event_backlog.h"
#include "server/listener.h"
#include "server/work_pool.h"

namespace weft::server {

/// What all connections of a listener share.
struct Site {
  const ListenerOptions& options;
  const Router& router;
  Auth& auth;
  Metrics& metrics;
  WorkPool& pool;
  bool on_loopback;
  Gauge& in_flight;
  Gauge& streams;
  std::size_t bodies = 0;  // bytes that the bodies in hand may have
};

/// A body's share of what all bodies may have.
class BodyShare {
 public:
  explicit BodyShare(Site& site) : site_(site) {}
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { site_.bodies -= bytes_; }

  /// False when the others leave no room.
  bool Take(std::size_t bytes) {
    if (site_.bodies + bytes > site_.options.max_bodies) return false;
    site_.bodies += bytes;
    bytes_ = bytes;
    return true;
  }

 private:
  Site& site_;
  std::size_t bytes_ = 0;
};

/// One client's connection. Lives on the listener's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Site& site);

  /// Serves requests, one after the other, until the client or Drain ends it.
  boost::asio::awaitable<void> Run();
  /// The request in hand is the last; an idle connection and a stream end now.
  void Drain();
  /// The listener's thread has ended, and its context will: who feeds a stream must not reach it any more.
  void Abandon();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  /// What a request leads to: an answer, or a stream.
  struct Outcome {
    Response response;
    std::shared_ptr<EventBacklog> events;
    StreamSource source;
    const Route* route = nullptr;
  };

  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<bool> WaitForRequest();
  boost::asio::awaitable<Outcome> Handle(Parser& parser, Request& request);
  boost::asio::awaitable<std::optional<Response>> ReadBody(Parser& parser, Request& request, const Route& route,
                                                           BodyShare& share);
  boost::asio::awaitable<Outcome> Call(const Route& route, Request& request);
  boost::asio::awaitable<bool> Write(const Response& response, bool with_body, bool keep_alive);
  boost::asio::awaitable<void> Stream(std::shared_ptr<EventBacklog> events, const Route& route,
                                      std::shared_ptr<const Request> opened_by);
  boost::asio::awaitable<bool> StillMay(std::shared_ptr<const Request> opened_by, Permission permission);
  boost::asio::awaitable<void> WatchClient(std::shared_ptr<EventBacklog> events);
  boost::asio::awaitable<void> Close();
  void AllowTransfer(std::uint64_t bytes);
  void Count(const Outcome& outcome, const Request& request, double seconds);

  Site& site_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::string remote_;
  std::shared_ptr<EventBacklog> events_;  // of the stream that is being opened or sent
  bool idle_ = false;
  bool draining_ = false;
  bool unread_ = false;  // the client may still be sending what nobody will read
};

}  // namespace weft::server

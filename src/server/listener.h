#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "server/auth.h"
#include "server/metrics.h"
#include "server/router.h"

namespace weft::server {

struct ListenerOptions {
  std::string host = "127.0.0.1";  ///< address or name
  std::uint16_t port = 0;          ///< 0: a free one

  std::size_t max_connections = 8192;  ///< further ones are answered 503; less where the system allows fewer files
  std::size_t max_header = std::size_t{32} * 1024;
  Duration idle = std::chrono::seconds(75);            ///< of a connection without a request
  Duration header_timeout = std::chrono::seconds(10);  ///< from a request's first byte to its empty line
  /// What a body or an answer may take, besides a second for every 16 KB.
  Duration transfer_timeout = std::chrono::seconds(15);

  std::size_t threads = 64;    ///< most threads that handlers run on
  std::size_t waiting = 4096;  ///< most requests that wait for one; further ones are answered 503
  /// Bytes of all bodies that are read or handled; a request beyond is answered 503.
  std::size_t max_bodies = std::size_t{256} * 1024 * 1024;

  Duration stream_keep_alive = std::chrono::seconds(15);
  Duration stream_recheck = std::chrono::seconds(15);     ///< between looks whether its client still has the permission
  std::size_t stream_backlog = std::size_t{1024} * 1024;  ///< bytes that a stream's client may lag behind
};

/// An HTTP/1.1 server: one thread for all connections, a bounded pool for what handlers do.
class Listener {
 public:
  /// Listens and serves. `auth` and `metrics` must outlive it. Fails with `listen`, and with `usage` when the address
  /// is not loopback and nothing asks for credentials.
  static Result<std::unique_ptr<Listener>> Start(const ListenerOptions& options, Router router, Auth& auth,
                                                 Metrics& metrics);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  /// As Stop, with little patience.
  ~Listener();

  /// Takes no further connections and requests, lets those in hand be answered and streams end in order, at most for
  /// `patience`; then closes what is left. Handlers that run are waited for. Once.
  void Stop(Duration patience);

  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:8080`
  [[nodiscard]] std::string url() const;

 private:
  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::server

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "server/route.h"

namespace weft::server {

/// Between who feeds a stream, on any thread, and the connection that writes it, on the listener's: holds what was not
/// written yet.
class EventBacklog final : public EventStream, public std::enable_shared_from_this<EventBacklog> {
 public:
  /// `limit`: bytes that may wait; a first event is taken whatever its size.
  EventBacklog(const boost::asio::any_io_executor& executor, std::size_t limit);

  bool Send(std::string_view event, std::string_view id, std::string_view data) override;
  void Close() override;

  // Of the connection, on the listener's thread.

  struct Piece {
    std::string text;      ///< to be written; empty: nothing came for the time that was asked
    bool last = false;     ///< the stream has been closed
    bool cut_off = false;  ///< the client did not keep up: write nothing more
  };
  /// Waits for something to write, at most so long.
  boost::asio::awaitable<Piece> Next(Duration at_most);
  /// The client is gone: nobody will read any more. Ends a Next.
  void Detach();

 private:
  /// Under the lock: the executor is there as long as the stream is not detached.
  void Wake();

  const boost::asio::any_io_executor executor_;
  const std::size_t limit_;
  std::optional<boost::asio::steady_timer> timer_;  // of the listener's thread; gone before its context can be
  std::mutex mutex_;
  std::string waiting_;
  bool closed_ = false;
  bool cut_off_ = false;
  bool detached_ = false;
};

}  // namespace weft::server

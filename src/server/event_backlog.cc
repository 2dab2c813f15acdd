#include "server/event_backlog.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weft::server {
namespace {

namespace asio = boost::asio;

/// One event as text. A line break inside a field would begin another field.
std::string Frame(std::string_view event, std::string_view id, std::string_view data) {
  std::string frame;
  frame.reserve(data.size() + event.size() + id.size() + 32);
  const auto add = [&](std::string_view field, std::string_view value) {
    frame.append(field).append(": ").append(value) += '\n';
  };
  if (!id.empty() && id.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) add("id", id);
  if (!event.empty() && event.find_first_of("\r\n") == std::string_view::npos) add("event", event);
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    add("data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  frame += '\n';
  return frame;
}

}  // namespace

EventBacklog::EventBacklog(const asio::any_io_executor& executor, std::size_t limit)
    : executor_(executor), limit_(limit), timer_(executor) {}

bool EventBacklog::Send(std::string_view event, std::string_view id, std::string_view data) {
  const auto frame = Frame(event, id, data);
  const std::scoped_lock lock(mutex_);
  if (closed_ || cut_off_ || detached_) return false;
  if (!waiting_.empty() && waiting_.size() + frame.size() > limit_) {
    cut_off_ = true;
    std::string().swap(waiting_);
    Wake();
    return false;
  }
  if (waiting_.empty()) Wake();
  waiting_ += frame;
  return true;
}

void EventBacklog::Close() {
  const std::scoped_lock lock(mutex_);
  if (detached_) return;
  closed_ = true;
  Wake();
}

void EventBacklog::Wake() {
  asio::post(executor_, [self = shared_from_this()] {
    if (self->timer_) self->timer_->cancel();
  });
}

asio::awaitable<EventBacklog::Piece> EventBacklog::Next(Duration at_most) {
  if (timer_) timer_->expires_after(at_most);
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (cut_off_ || detached_) co_return Piece{.text = {}, .last = true, .cut_off = cut_off_};
      if (!waiting_.empty() || closed_) co_return Piece{.text = std::exchange(waiting_, {}), .last = closed_};
    }
    const auto [error] = co_await timer_->async_wait(asio::as_tuple(asio::use_awaitable));
    if (!error) co_return Piece{};
  }
}

void EventBacklog::Detach() {
  const std::scoped_lock lock(mutex_);
  detached_ = true;
  std::string().swap(waiting_);
  timer_.reset();
}

}  // namespace weft::server

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"

namespace weft::store {

/// At most `limit` connections, opened when needed and then kept. Any thread.
template <class Connection>
class Pool {
 public:
  using Opener = std::function<Result<std::unique_ptr<Connection>>()>;
  Pool(int limit, Opener open) : limit_(limit), open_(std::move(open)) {}

  /// A connection for one thread, given back when it goes out of scope.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    ~Lease() {
      if (pool_ != nullptr) pool_->Return(std::move(connection_));
    }
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    /// It is of no use any more, and neither, most likely, are those that lie idle.
    void Discard() {
      connection_.reset();
      pool_->Clear();
    }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits for one to become free.
  Result<Lease> Take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kLongestWait, [this] { return !idle_.empty() || open_count_ < limit_; })) {
      return Fail("store.unavailable", "all connections to the database are busy; try again, or allow more of them");
    }
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(connection));
    }
    ++open_count_;
    lock.unlock();
    auto opened = open_();
    if (!opened) {
      Return(nullptr);
      return std::unexpected(std::move(opened).error());
    }
    return Lease(*this, *std::move(opened));
  }

 private:
  static constexpr std::chrono::seconds kLongestWait{30};

  void Return(std::unique_ptr<Connection> connection) {
    {
      const std::lock_guard lock(mutex_);
      if (connection != nullptr) {
        idle_.push_back(std::move(connection));
      } else {
        --open_count_;
      }
    }
    changed_.notify_one();
  }

  void Clear() {
    std::vector<std::unique_ptr<Connection>> closed;
    {
      const std::lock_guard lock(mutex_);
      closed.swap(idle_);
      open_count_ -= static_cast<int>(closed.size());
    }
    changed_.notify_all();
  }

  const int limit_;
  const Opener open_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_count_ = 0;
};

}  // namespace weft::store

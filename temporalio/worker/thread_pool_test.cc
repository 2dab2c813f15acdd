#include "temporalio/worker/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace temporalio::internal {
namespace {

TEST(ThreadPool, RunsAsMuchAtOnceAsItHasThreads) {
  std::latch all(3);
  ThreadPool pool(3, 1);  // after what its work uses
  for (int i = 0; i < 3; ++i) pool.Submit([&] { all.arrive_and_wait(); });
  all.wait();
}

TEST(ThreadPool, KeepsWorkBeyondItsThreadsForLater) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  {
    ThreadPool pool(2, 1);
    for (int i = 0; i < 50; ++i) {
      pool.Submit([&] {
        const int now = ++running;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --running;
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 50);
  EXPECT_LE(most, 2);
}

TEST(ThreadPool, EndsIdleThreadsButForAFew) {
  std::latch running(8);
  std::latch may_end(1);
  std::latch again(4);
  ThreadPool pool(8, 2);
  for (int i = 0; i < 8; ++i) {
    pool.Submit([&] {
      running.count_down();
      may_end.wait();
    });
  }
  running.wait();
  EXPECT_EQ(pool.size(), 8u);
  may_end.count_down();
  while (pool.size() > 2) std::this_thread::yield();
  // Those that ended are replaced when they are needed again.
  for (int i = 0; i < 4; ++i) pool.Submit([&] { again.arrive_and_wait(); });
  again.wait();
}

TEST(ThreadPool, LetsQueuedWorkEndBeforeItEndsItself) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(1, 0);
    for (int i = 0; i < 20; ++i) pool.Submit([&] { ++done; });
  }
  EXPECT_EQ(done, 20);
}

}  // namespace
}  // namespace temporalio::internal

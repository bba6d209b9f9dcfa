#include "gateway/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace easel {
namespace {

TEST(ThreadPoolTest, RunsAsManyAtOnceAsItMayAndQueuesTheRest) {
  ThreadPool pool({.max_threads = 4, .max_queued = 2});
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> begun = 0, ended = 0;
  const auto work = [&] {
    ++begun;
    opened.wait();
    ++ended;
  };
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(pool.enqueue(work)) << i;
  while (begun < 4) std::this_thread::yield();
  EXPECT_FALSE(pool.enqueue(work));
  gate.set_value();
  pool.shutdown();
  EXPECT_EQ(ended, 6);
  EXPECT_FALSE(pool.enqueue(work));
}

TEST(ThreadPoolTest, NeverLeavesWorkWaitingBehindABusyThread) {
  // Two pieces that arrive together need two threads although one was idle.
  ThreadPool pool({.max_threads = 8, .max_queued = 0});
  for (int round = 0; round < 200; ++round) {
    const auto second_ran = std::make_shared<std::promise<void>>();
    const std::shared_future<void> waited_for = second_ran->get_future().share();
    ASSERT_TRUE(pool.enqueue([waited_for] { waited_for.wait(); }));
    ASSERT_TRUE(pool.enqueue([second_ran] { second_ran->set_value(); }));
    ASSERT_EQ(waited_for.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(ThreadPoolTest, EnqueuesFromManyThreads) {
  ThreadPool pool({.max_threads = 8, .max_queued = 100'000});
  std::atomic<int> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) EXPECT_TRUE(pool.enqueue([&] { ++count; }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  pool.shutdown();
  EXPECT_EQ(count, 4000);
}

}  // namespace
}  // namespace easel

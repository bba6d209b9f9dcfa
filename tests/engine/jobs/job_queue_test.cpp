#include "engine/runtime/job_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::make_job;
using testing::RecordingListener;
using Heard = std::vector<std::string>;

std::shared_ptr<RecordingListener> push(JobQueue& queue, Job job) {
  auto listener = std::make_shared<RecordingListener>();
  const absl::Status pushed = queue.push(std::move(job), listener);
  EXPECT_TRUE(pushed.ok()) << pushed;
  return listener;
}

std::shared_ptr<RecordingListener> push(JobQueue& queue, const std::string& id) {
  return push(queue, make_job(id));
}

absl::Status refused(JobQueue& queue, const std::string& id) {
  auto listener = std::make_shared<RecordingListener>();
  const absl::Status status = queue.push(make_job(id), listener);
  EXPECT_TRUE(listener->heard().empty());
  return status;
}

TEST(JobQueueTest, GivesJobsInTheOrderInWhichTheyCame) {
  JobQueue queue(3);
  push(queue, "a");
  push(queue, "b");
  EXPECT_EQ(queue.next()->job.id, "a");
  EXPECT_EQ(queue.next()->job.id, "b");
}

TEST(JobQueueTest, TellsPositionsAgainWhenTheyChange) {
  JobQueue queue(3);
  const auto a = push(queue, "a");
  const auto b = push(queue, "b");
  const auto c = push(queue, "c");
  EXPECT_EQ(a->heard(), Heard({"queued 0/1"}));
  queue.next();
  EXPECT_EQ(b->heard(), Heard({"queued 1/2", "queued 0/2"}));
  EXPECT_TRUE(queue.cancel("b"));
  EXPECT_EQ(c->heard(), Heard({"queued 2/3", "queued 1/2", "queued 0/1"}));
}

TEST(JobQueueTest, RefusesAtOnceWhatIsOverTheLimit) {
  JobQueue queue(2);
  push(queue, "a");
  push(queue, "b");
  EXPECT_TRUE(fails_with(refused(queue, "c"), Reason::kQueueFull, {"2"}));
  queue.next();
  push(queue, "c");
}

TEST(JobQueueTest, RefusesAnIdThatWaitsOrRuns) {
  JobQueue queue(3);
  push(queue, "a");
  EXPECT_TRUE(fails_with(refused(queue, "a"), Reason::kInvalidField, {"request_id", "'a'"}));
  const auto running = queue.next();
  EXPECT_TRUE(fails_with(refused(queue, "a"), Reason::kInvalidField, {"request_id", "'a'"}));
  queue.finish(*running);
  push(queue, "a");
}

TEST(JobQueueTest, CancelOfAWaitingJobAnswersAtOnce) {
  JobQueue queue(3);
  const auto a = push(queue, "a");
  EXPECT_TRUE(queue.cancel("a"));
  ASSERT_TRUE(a->is_done());
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kCancelled, {}));
  EXPECT_EQ(queue.length(), 0u);
  EXPECT_FALSE(queue.cancel("a"));
}

TEST(JobQueueTest, CancelOfARunningJobSetsItsTokenAlone) {
  JobQueue queue(3);
  const auto a = push(queue, "a");
  const auto running = queue.next();
  EXPECT_TRUE(queue.cancel("a"));
  EXPECT_TRUE(running->cancel.cancelled());
  EXPECT_FALSE(a->is_done());
  queue.finish(*running);
  EXPECT_FALSE(queue.cancel("a"));
}

TEST(JobQueueTest, EndsAWaitingJobAtItsDeadline) {
  JobQueue queue(3);
  push(queue, "before");
  queue.next();  // and nobody takes more
  Job job = make_job("a");
  job.time_limit = std::chrono::milliseconds(30);
  const auto a = push(queue, job);
  const auto behind = push(queue, "behind");
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kDeadline, {}));
  EXPECT_EQ(queue.length(), 1u);
  EXPECT_EQ(behind->heard().back(), "queued 0/1");
}

TEST(JobQueueTest, TakesATimeLimitThatNoClockHolds) {
  JobQueue queue(3);
  Job job = make_job("a");
  job.time_limit = std::chrono::milliseconds::max();
  push(queue, job);
  EXPECT_TRUE(queue.next()->cancel.check().ok());
}

TEST(JobQueueTest, TakesNothingNewOnceItIsClosed) {
  JobQueue queue(3);
  push(queue, "a");
  queue.close();
  EXPECT_TRUE(fails_with(refused(queue, "b"), Reason::kDraining, {}));
  EXPECT_EQ(queue.next()->job.id, "a");
}

TEST(JobQueueTest, AWakeThatCameBeforeIsNotLost) {
  JobQueue queue(3);
  queue.wake();
  EXPECT_EQ(queue.next(), nullptr);
}

TEST(JobQueueTest, IsIdleWhenNothingWaitsOrRuns) {
  JobQueue queue(3);
  const auto now = [] { return CancelToken::Clock::now(); };
  EXPECT_TRUE(queue.wait_until_idle(now()));
  push(queue, "a");
  EXPECT_FALSE(queue.wait_until_idle(now()));
  const auto running = queue.next();
  EXPECT_FALSE(queue.wait_until_idle(now()));
  queue.finish(*running);
  EXPECT_TRUE(queue.wait_until_idle(now()));
}

TEST(JobQueueTest, EndsWhatWaitsWhenItEnds) {
  std::shared_ptr<RecordingListener> a;
  {
    JobQueue queue(3);
    a = push(queue, "a");
  }
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kCancelled, {}));
}

// Many threads push, cancel and take; every job ends once, and nothing comes after its end.
TEST(JobQueueTest, EveryJobEndsOnceUnderLoad) {
  constexpr int kThreads = 4;
  constexpr int kJobs = 200;
  JobQueue queue(16);
  std::vector<std::vector<std::shared_ptr<RecordingListener>>> listeners(kThreads);
  std::thread taker([&] {
    while (const auto job = queue.next()) {
      queue.finish(*job);
      job->listener->done(job->cancel.check().ok()
                              ? absl::StatusOr<GenerateResult>(GenerateResult{})
                              : job->cancel.check(),
                          /*memory=*/std::nullopt);
    }
  });
  std::vector<std::thread> pushers;
  for (int t = 0; t < kThreads; ++t) {
    pushers.emplace_back([&, t] {
      for (int i = 0; i < kJobs; ++i) {
        const std::string id = concat(t, ".", i);
        Job job = make_job(id);
        if (i % 3 == 0) job.time_limit = std::chrono::milliseconds(i % 5);
        auto listener = std::make_shared<RecordingListener>();
        if (queue.push(std::move(job), listener).ok()) {
          listeners[static_cast<size_t>(t)].push_back(listener);
        }
        if (i % 4 == 0) queue.cancel(id);
      }
    });
  }
  for (std::thread& pusher : pushers) pusher.join();
  ASSERT_TRUE(queue.wait_until_idle(CancelToken::Clock::now() + std::chrono::seconds(30)));
  queue.wake();
  taker.join();
  for (const auto& of_thread : listeners) {
    for (const auto& listener : of_thread) {
      const Heard heard = listener->heard();
      ASSERT_FALSE(heard.empty());
      EXPECT_EQ(std::count(heard.begin(), heard.end(), "done"), 1);
      EXPECT_EQ(heard.back(), "done");
    }
  }
}

}  // namespace
}  // namespace easel

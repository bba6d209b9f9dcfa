#include "engine/runtime/job_loop.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::FakeWorld;
using testing::make_job;
using testing::RecordingListener;

// Gives the jobs that it was made with, as a queue elsewhere might: the loop knows no other source.
class ListedJobs : public JobSource {
 public:
  explicit ListedJobs(std::vector<std::shared_ptr<QueuedJob>> jobs) : jobs_(std::move(jobs)) {}

  std::shared_ptr<QueuedJob> next() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return woken_ || given_ < jobs_.size(); });
    if (woken_) {
      woken_ = false;
      return nullptr;
    }
    return jobs_[given_++];
  }
  void wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }
  void finish(const QueuedJob& job) override {
    const std::lock_guard lock(mutex_);
    finished_.push_back(job.job.id);
  }
  std::vector<std::string> finished() {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::vector<std::shared_ptr<QueuedJob>> jobs_;
  size_t given_ = 0;
  bool woken_ = false;
  std::vector<std::string> finished_;
};

std::shared_ptr<QueuedJob> queued(const std::string& id,
                                  const std::shared_ptr<RecordingListener>& listener) {
  auto job = std::make_shared<QueuedJob>();
  job->job = make_job(id);
  job->listener = listener;
  job->submitted = CancelToken::Clock::now();
  return job;
}

TEST(JobLoopTest, RunsTheJobsOfAnySourceAndBeginsNothingForOneThatIsTooLate) {
  const auto late_listener = std::make_shared<RecordingListener>();
  const auto listener = std::make_shared<RecordingListener>();
  const auto late = queued("late", late_listener);
  late->job.model = "model that only the late one asks for";
  late->cancel.set_deadline(CancelToken::Clock::now());
  ListedJobs source({late, queued("good", listener)});
  const auto world = std::make_shared<FakeWorld>();
  ModelCache cache(1, [&](const std::string& key) { return open_fake(world, key); });
  const std::unique_ptr<DeviceMonitor> monitor = make_process_monitor();
  JobLoop loop(source, cache, *monitor);
  EXPECT_TRUE(fails_with(late_listener->await_result().status(), Reason::kDeadline, {"deadline"}));
  EXPECT_TRUE(listener->await_result().ok());
  loop.stop();
  EXPECT_EQ(source.finished(), (std::vector<std::string>{"late", "good"}));
  EXPECT_EQ(late_listener->heard(), std::vector<std::string>{"done"});
  EXPECT_EQ(world->opened(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace easel

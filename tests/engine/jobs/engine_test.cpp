#include "engine/api/engine.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/engine/jobs/engine_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::chrono::milliseconds;
using testing::make_job;
using Texts = std::vector<std::string>;

class EngineTest : public EngineFixture {};

TEST_F(EngineTest, RunsOneJobAfterAnother) {
  start();
  const Listener a = submit_blocked("a");
  const Listener b = submit("b");
  EXPECT_EQ(world_->prompts(), Texts({"prompt of a"}));
  world_->gate.open();
  ASSERT_TRUE(a->await_result().ok());
  ASSERT_TRUE(b->await_result().ok());
  EXPECT_EQ(world_->prompts(), Texts({"prompt of a", "prompt of b"}));
  EXPECT_EQ(a->heard(),
            Texts({"queued 0/1", "load 1/1", "denoise 1/3", "denoise 2/3", "denoise 3/3", "done"}));
}

TEST_F(EngineTest, TheResultTellsWaitingLoadingMemoryAndFingerprint) {
  start();
  const absl::StatusOr<GenerateResult> result = submit("a")->await_result();
  ASSERT_TRUE(result.ok()) << result.status();
  Texts stages;
  for (const StageSeconds& row : result->seconds) stages.push_back(row.stage);
  EXPECT_EQ(stages, Texts({"queue", "load", "denoise"}));
  EXPECT_EQ(result->fingerprint, "fingerprint of a");
  EXPECT_GT(result->memory.before.total, 0);
  EXPECT_GE(result->memory.peak.total, result->memory.before.total);
  EXPECT_GT(result->memory.after.total, 0);
}

TEST_F(EngineTest, MemoryIsToldOfAJobThatRanHoweverItEnded) {
  start();
  const Listener failed = submit_blocked("a");
  const Listener waited = submit("b");
  EXPECT_TRUE(engine_->cancel("b"));
  EXPECT_FALSE(waited->memory().has_value()) << "it never left the queue";
  EXPECT_TRUE(engine_->cancel("a"));
  world_->gate.open();
  EXPECT_TRUE(fails_with(failed->await_result().status(), Reason::kCancelled, {}));
  ASSERT_TRUE(failed->memory().has_value());
  EXPECT_GT(failed->memory()->before.total, 0);
  EXPECT_GE(failed->memory()->peak.total, failed->memory()->before.total);
  EXPECT_GT(failed->memory()->after.total, 0);
}

TEST_F(EngineTest, ACancelStopsARunningJobBeforeItsNextUnit) {
  start();
  const Listener a = submit_blocked("a");
  EXPECT_TRUE(engine_->cancel("a"));
  EXPECT_FALSE(a->is_done());
  world_->gate.let_pass(1);
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kCancelled, {}));
  EXPECT_EQ(a->heard().back(), "done");
  EXPECT_EQ(a->heard()[a->heard().size() - 2], "denoise 1/3");
}

TEST_F(EngineTest, ADeadlineStopsARunningJobBeforeItsNextUnit) {
  start();
  world_->gate.close();
  Job job = make_job("a");
  job.time_limit = milliseconds(1000);  // so that it has begun by then on a busy machine too
  const Listener a = submit(job);
  world_->gate.await_arrival();
  world_->await_stop();
  world_->gate.let_pass(1);
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kDeadline, {}));
}

TEST_F(EngineTest, TimeInTheQueueCountsForTheDeadline) {
  start();
  submit_blocked("before");
  Job job = make_job("a");
  job.time_limit = milliseconds(30);
  const Listener a = submit(job);
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kDeadline, {}));
  world_->gate.open();
  ASSERT_TRUE(submit("after")->await_result().ok());
  EXPECT_EQ(world_->prompts(), Texts({"prompt of before", "prompt of after"}));
}

TEST_F(EngineTest, NoModelIsOpenedForAJobThatIsTooLate) {
  start();
  Job job = make_job("a");
  job.time_limit = milliseconds(0);
  EXPECT_TRUE(fails_with(submit(job)->await_result().status(), Reason::kDeadline, {}));
  EXPECT_EQ(world_->opened(), Texts());
}

TEST_F(EngineTest, StatusAnswersWhileAJobBlocks) {
  start();
  submit_blocked("a");
  submit("b");
  const EngineStatus status = engine_->status();
  ASSERT_EQ(status.running.size(), 1u);
  EXPECT_EQ(status.running[0].id, "a");
  EXPECT_EQ(status.running[0].stage, "denoise");
  EXPECT_EQ(status.running[0].units, 3);
  EXPECT_EQ(status.queue_length, 1u);
  EXPECT_EQ(status.queue_limit, 64u);
  ASSERT_EQ(status.models.size(), 1u);
  EXPECT_EQ(status.models[0].bytes, 1000);
  EXPECT_EQ(status.device, "cpu");
  EXPECT_GT(status.memory.total, status.memory.used.total);
}

TEST_F(EngineTest, StatusAnswersWhileAModelLoads) {
  start();
  world_->load_gate.close();
  submit("a");
  world_->load_gate.await_arrival();
  const EngineStatus status = engine_->status();
  ASSERT_EQ(status.models.size(), 1u);
  EXPECT_TRUE(status.models[0].loading);
  EXPECT_EQ(status.models[0].fingerprint, "fingerprint of a");
}

TEST_F(EngineTest, LoadWaitsForTheRunningJobAndComesBeforeTheNext) {
  start();
  submit_blocked("a");
  const Listener b = submit("b");
  auto loaded = load("other");
  EXPECT_EQ(loaded.wait_for(milliseconds(20)), std::future_status::timeout);
  world_->gate.open();
  const absl::StatusOr<LoadedModelStatus> model = loaded.get();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->key, "other");
  EXPECT_EQ(model->bytes, 1000);
  ASSERT_TRUE(b->await_result().ok());
  EXPECT_EQ(world_->opened(), Texts({"a", "other", "a"}));
}

TEST_F(EngineTest, UnloadTellsWhetherTheModelWasThere) {
  start();
  ASSERT_TRUE(load("a").get().ok());
  for (const bool expected : {true, false}) {
    std::promise<bool> was_there;
    engine_->unload("a", [&](bool there) { was_there.set_value(there); });
    EXPECT_EQ(was_there.get_future().get(), expected);
  }
  engine_->unload("a", nullptr);
  EXPECT_TRUE(engine_->status().models.empty());
}

TEST_F(EngineTest, AModelThatThrowsIsAnErrorAndTheNextJobRuns) {
  start();
  world_->throws = true;
  EXPECT_TRUE(
      fails_with(submit("a")->await_result().status(), Reason::kInferenceFailed, {"throws"}));
  world_->throws = false;
  EXPECT_TRUE(submit("b")->await_result().ok());
}

TEST_F(EngineTest, AnIdIsFreeWhenItsListenerHearsOfTheEnd) {
  start();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(submit("same")->await_result().ok());
}

TEST_F(EngineTest, SubmitCancelStatusAndLoadTogether) {
  EngineOptions options;
  options.queue_limit = 8;
  start(options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string id = concat(t, ".", i);
        auto listener = std::make_shared<testing::RecordingListener>();
        const bool taken = engine_->submit(make_job(id, t % 2 == 0 ? "a" : "b"), listener).ok();
        engine_->status();
        if (i % 3 == 0) engine_->cancel(id);
        if (i % 10 == 0) engine_->load("c", [](const absl::StatusOr<LoadedModelStatus>&) {});
        if (taken && i % 5 == 0) (void)listener->await_result();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  engine_->drain(std::chrono::seconds(10));
  EXPECT_EQ(engine_->status().queue_length, 0u);
}

}  // namespace
}  // namespace easel

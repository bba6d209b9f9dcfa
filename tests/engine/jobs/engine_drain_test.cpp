#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "engine/api/engine.h"
#include "tests/engine/jobs/engine_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class EngineDrainTest : public EngineFixture {
 protected:
  std::future<void> drain(milliseconds limit) {
    return std::async(std::launch::async, [this, limit] { engine_->drain(limit); });
  }
  void await_draining() const {
    while (!engine_->status().draining) std::this_thread::yield();
  }
};

TEST_F(EngineDrainTest, FinishesWhatWaitsAndRuns) {
  start();
  const Listener a = submit_blocked("a");
  const Listener b = submit("b");
  const std::future<void> drained = drain(seconds(10));
  await_draining();
  world_->gate.open();
  drained.wait();
  EXPECT_TRUE(a->is_done());
  ASSERT_TRUE(b->is_done());
  EXPECT_TRUE(b->await_result().ok());
}

TEST_F(EngineDrainTest, TakesNothingNew) {
  start();
  submit_blocked("a");
  const std::future<void> drained = drain(seconds(10));
  await_draining();
  EXPECT_TRUE(fails_with(
      engine_->submit(testing::make_job("b"), std::make_shared<testing::RecordingListener>()),
      Reason::kDraining, {}));
  auto loaded = load("other");
  world_->gate.open();
  EXPECT_TRUE(fails_with(loaded.get().status(), Reason::kDraining, {}));
}

TEST_F(EngineDrainTest, CancelsAfterItsLimit) {
  start();
  const Listener a = submit_blocked("a");
  const Listener b = submit("b");
  const std::future<void> drained = drain(milliseconds(20));
  EXPECT_TRUE(fails_with(b->await_result().status(), Reason::kCancelled, {}));
  EXPECT_FALSE(a->is_done());
  world_->gate.let_pass(1);
  drained.wait();
  ASSERT_TRUE(a->is_done());
  EXPECT_TRUE(fails_with(a->await_result().status(), Reason::kCancelled, {}));
}

TEST_F(EngineDrainTest, AnotherThreadMayShortenTheLimit) {
  start();
  const Listener a = submit_blocked("a");
  const std::future<void> drained = drain(seconds(3600));
  await_draining();
  const std::future<void> at_once = drain(milliseconds(0));
  world_->await_stop();
  world_->gate.let_pass(1);
  EXPECT_EQ(drained.wait_for(seconds(10)), std::future_status::ready);
  EXPECT_TRUE(a->is_done());
  world_->gate.open();
}

TEST_F(EngineDrainTest, DoesNotWaitForAModelThatLoadsBeyondItsLimit) {
  start();
  world_->load_gate.close();
  auto loaded = load("a");
  world_->load_gate.await_arrival();
  const std::future<void> drained = drain(milliseconds(20));
  world_->await_stop();
  world_->load_gate.open();  // the unit that was begun; then it stops
  drained.wait();
  EXPECT_TRUE(fails_with(loaded.get().status(), Reason::kCancelled, {}));
}

}  // namespace
}  // namespace easel

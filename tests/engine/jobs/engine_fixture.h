// An engine on fake models.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "tests/support/fake_model.h"

namespace easel {

class EngineFixture : public ::testing::Test {
 protected:
  using Listener = std::shared_ptr<testing::RecordingListener>;

  void TearDown() override {
    world_->gate.open();
    world_->load_gate.open();
  }

  void start(const EngineOptions& options = {}) {
    engine_ = make_engine(
        options, [world = world_](const std::string& key) { return open_fake(world, key); },
        make_process_monitor());
  }

  Listener submit(Job job) {
    auto listener = std::make_shared<testing::RecordingListener>();
    const absl::Status submitted = engine_->submit(std::move(job), listener);
    EXPECT_TRUE(submitted.ok()) << submitted;
    return listener;
  }
  Listener submit(const std::string& id) { return submit(testing::make_job(id)); }

  // A job that stands before its first unit.
  Listener submit_blocked(const std::string& id) {
    world_->gate.close();
    Listener listener = submit(id);
    world_->gate.await_arrival();
    return listener;
  }

  std::future<absl::StatusOr<LoadedModelStatus>> load(const std::string& key) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<LoadedModelStatus>>>();
    engine_->load(key, [promise](absl::StatusOr<LoadedModelStatus> loaded) {
      promise->set_value(std::move(loaded));
    });
    return promise->get_future();
  }

  const std::shared_ptr<testing::FakeWorld> world_ = std::make_shared<testing::FakeWorld>();
  std::unique_ptr<Engine> engine_;
};

}  // namespace easel

// A memory budget: kept, told beforehand, and without a trace in the picture.
#include "engine/runtime/planned_residency.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/families/registry.h"
#include "engine/memory/accelerator_device.h"
#include "engine/memory/host_device.h"
#include "engine/runtime/job_runner.h"
#include "engine/runtime/whole_residency.h"
#include "tests/engine/memory/threaded_runtime.h"
#include "tests/engine/runtime/failing_allocator.h"
#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;

class PlannedResidencyTest : public ::testing::Test {
 protected:
  void SetUp() override { open("dev_a", HostDevice::create().value()); }

  void open(const std::string& name, std::unique_ptr<TransferDevice> device) {
    residency_.reset();
    pipeline_.reset();
    auto folder = ModelFolder::open(tiny_model_path(name), {});
    ASSERT_TRUE(folder.ok()) << folder.status();
    const auto family = find_family(*folder);
    ASSERT_TRUE(family.ok()) << family.status();
    auto pipeline = (*family)->open(*folder, compute_);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    const bool is_host = dynamic_cast<HostDevice*>(device.get()) != nullptr;
    device_ = std::move(device);
    pipeline_ = *std::move(pipeline);
    residency_ = std::make_unique<PlannedResidency>(*pipeline_, compute_, *device_,
                                                    [this, is_host](const HeldBytes& held) {
                                                      kept_ = held.kept;
                                                      MemoryLimits limits;
                                                      limits.budget_bytes = budget_;
                                                      limits.host_bytes = kPlenty;
                                                      limits.pinned_bytes = pinned_;
                                                      limits.device_is_host = is_host;
                                                      return limits;
                                                    });
  }

  absl::StatusOr<JobOutcome> run(const GenerateRequest& request = small_request()) {
    return run_job(*pipeline_, *residency_, request, {}, CancelToken());
  }
  at::Tensor unbudgeted() {
    WholeResidency whole(*pipeline_, compute_, Retention::kReleaseEarly);
    return run_job(*pipeline_, whole, small_request(), {}, CancelToken())->result.images;
  }
  int64_t held() const {
    int64_t bytes = 0;
    for (const Component* component : pipeline_->components()) {
      bytes += component->loaded_bytes() + component->mapped_bytes();
    }
    return bytes;
  }

  int64_t planned_to_stay() const {
    int64_t bytes = 0;
    for (const ComponentPlan& component : residency_->plan()->components) {
      if (component.placement == Placement::kResident) bytes += component.bytes;
    }
    return bytes;
  }

  const ComputeOptions compute_{};
  int64_t budget_ = kPlenty;
  int64_t pinned_ = kPlenty;
  int64_t kept_ = 0;  // by the device, when the last job began
  std::unique_ptr<TransferDevice> device_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<PlannedResidency> residency_;
};

TEST_F(PlannedResidencyTest, EveryBudgetThatFitsGivesTheSameBytes) {
  const at::Tensor expected = unbudgeted();
  ASSERT_TRUE(run().ok());
  const int64_t most = residency_->plan()->peak_bytes;
  const int64_t least = residency_->plan()->smallest_budget_bytes;
  ASSERT_LT(least, most);
  bool streamed = false;
  for (int part = 0; part <= 4; ++part) {
    budget_ = least + (most - least) * part / 4;
    const auto outcome = run();
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_LE(residency_->plan()->peak_bytes, budget_);
    EXPECT_TRUE(at::equal(outcome->result.images, expected)) << budget_;
    for (const ComponentPlan& component : residency_->plan()->components) {
      streamed |= component.streams();
    }
  }
  EXPECT_TRUE(streamed);
}

// A GPU of threads that compute where they are called: all of a GPU's way but libtorch's streams.
TEST_F(PlannedResidencyTest, BlocksThatComeAsToAGpuGiveTheSameBytes) {
  const at::Tensor expected = unbudgeted();
  const auto runtime = std::make_shared<ThreadedRuntime>(/*seed=*/1, /*limit_bytes=*/kPlenty,
                                                         ThreadedRuntime::Computes::kHost);
  open("dev_a", AcceleratorDevice::create(runtime).value());
  ASSERT_TRUE(run().ok());
  const int64_t most = residency_->plan()->peak_bytes;
  const int64_t least = residency_->plan()->smallest_budget_bytes;
  for (const int64_t pinned : {kPlenty, int64_t{0}}) {
    pinned_ = pinned;
    for (int part = 0; part <= 2; ++part) {
      budget_ = least + (most - least) * part / 4;
      const auto outcome = run();
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_TRUE(at::equal(outcome->result.images, expected)) << budget_;
    }
  }
  EXPECT_EQ(runtime->hazards(), std::vector<std::string>{});
}

TEST_F(PlannedResidencyTest, WhatIsPinnedStaysForTheNextJobAndCountsAsItsOwn) {
  const auto runtime = std::make_shared<ThreadedRuntime>(/*seed=*/2, /*limit_bytes=*/kPlenty,
                                                         ThreadedRuntime::Computes::kHost);
  open("dev_a", AcceleratorDevice::create(runtime).value());
  ASSERT_TRUE(run().ok());
  budget_ = residency_->plan()->smallest_budget_bytes;
  ASSERT_TRUE(run().ok());
  const auto kept = static_cast<int64_t>(device_->kept_bytes());
  EXPECT_GE(kept, residency_->plan()->find("transformer")->pinned_bytes);
  EXPECT_GT(kept, 0);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(kept_, kept) << "the plan was told";
  EXPECT_EQ(device_->kept_bytes(), static_cast<size_t>(kept));
  pinned_ = 0;
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(device_->kept_bytes(), 0U) << "what may no longer be pinned goes";
}

TEST_F(PlannedResidencyTest, NoStageHoldsMoreWeightsThanWerePlanned) {
  ASSERT_TRUE(run().ok());
  budget_ = residency_->plan()->smallest_budget_bytes;
  int64_t most = 0;
  const EventSink sink = [&](const GenerateEvent&) { most = std::max(most, held()); };
  ASSERT_TRUE(run_job(*pipeline_, *residency_, small_request(), sink, CancelToken()).ok());
  int64_t largest = 0;
  for (const ComponentPlan& component : residency_->plan()->components) {
    if (component.placement != Placement::kResident) largest = std::max(largest, component.bytes);
  }
  EXPECT_GT(largest, 0) << "not all stay under the smallest budget";
  EXPECT_GT(most, planned_to_stay());
  EXPECT_LE(most, planned_to_stay() + largest) << "one at a time of those that come and go";
  EXPECT_EQ(held(), planned_to_stay());
}

TEST_F(PlannedResidencyTest, WhatFitsStaysForTheNextJob) {
  ASSERT_TRUE(run().ok());
  const int64_t stays = held();
  EXPECT_GT(stays, 0);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(held(), stays);
  budget_ = residency_->plan()->smallest_budget_bytes;
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(held(), planned_to_stay());
  EXPECT_LT(held(), stays);
}

TEST_F(PlannedResidencyTest, AJobThatIsCancelledAnywhereLeavesOnlyWhatStays) {
  ASSERT_TRUE(run().ok());
  budget_ = residency_->plan()->smallest_budget_bytes;
  ASSERT_TRUE(run().ok());
  const int64_t stays = planned_to_stay();
  int stop_at = 0;
  for (bool cancelled = true; cancelled;) {
    CancelToken cancel;
    int events = 0;
    ++stop_at;
    const EventSink sink = [&](const GenerateEvent&) {
      if (++events == stop_at) cancel.cancel();
    };
    const auto outcome = run_job(*pipeline_, *residency_, small_request(), sink, cancel);
    cancelled = !outcome.ok();
    if (cancelled) {
      EXPECT_TRUE(fails_with(outcome.status(), Reason::kCancelled, {})) << stop_at;
    }
    EXPECT_LE(held(), stays) << stop_at;
  }
  EXPECT_GT(stop_at, 5) << "one run a place to stop at";
}

TEST_F(PlannedResidencyTest, OtherModelsLeaveBeforeThisOneStreams) {
  ASSERT_TRUE(run().ok());
  const int64_t everything = residency_->plan()->peak_bytes;
  int others = 3;
  residency_->set_make_room([&] {
    if (others == 0) return false;
    --others;
    budget_ += everything / 2;
    return true;
  });
  budget_ = everything / 4;
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(others, 1) << "two were enough";
  EXPECT_LE(residency_->plan()->peak_bytes, everything);
}

TEST_F(PlannedResidencyTest, AJobThatNoPlanHoldsIsRefusedBeforeAnythingLoads) {
  ASSERT_TRUE(run().ok());
  budget_ = residency_->plan()->smallest_budget_bytes - 1;
  int units = 0;
  const EventSink sink = [&](const GenerateEvent& event) {
    units += std::holds_alternative<StageProgress>(event);
  };
  const auto refused = run_job(*pipeline_, *residency_, small_request(), sink, CancelToken());
  EXPECT_TRUE(
      fails_with(refused.status(), Reason::kOutOfMemory, {"memory budget of", "needs at least"}));
  EXPECT_EQ(units, 0);
  budget_ = kPlenty;
  EXPECT_TRUE(run().ok());
}

TEST_F(PlannedResidencyTest, EveryFailedAllocationEndsInTheRightPictureOrACleanError) {
  const at::Tensor expected = unbudgeted();
  ASSERT_TRUE(run().ok());
  const int64_t least = residency_->plan()->smallest_budget_bytes;
  for (const int64_t budget : {kPlenty, least}) {
    budget_ = budget;
    FailingAllocator allocator;
    allocator.fail_at(0);
    ASSERT_TRUE(run().ok());
    const int64_t total = allocator.count();
    ASSERT_GT(total, 100);
    int pictures = 0;
    // All of them in the soak; a step without a common divisor finds every stage.
    const int64_t stride = std::getenv("EASEL_SOAK") != nullptr ? 1 : 29;
    for (int64_t n = 1; n <= total; n += stride) {
      allocator.fail_at(n);
      const auto outcome = run();
      allocator.fail_at(0);
      if (outcome.ok()) {
        ++pictures;
        EXPECT_TRUE(at::equal(outcome->result.images, expected)) << n;
        EXPECT_EQ(outcome->warnings.size(), 1U) << "it is told that memory ran out";
      } else {
        EXPECT_TRUE(fails_with(outcome.status(), Reason::kOutOfMemory, {})) << n;
        EXPECT_EQ(held(), 0) << n;
      }
    }
    EXPECT_TRUE(budget == least || pictures > 0) << "there was a plan with less";
    const auto next = run();
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_TRUE(at::equal(next->result.images, expected));
  }
}

}  // namespace
}  // namespace easel::testing

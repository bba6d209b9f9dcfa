// Blocks that stream to a GPU give what blocks that lie there give.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>

#include "engine/families/registry.h"
#include "engine/memory/accelerator_device.h"
#include "engine/memory/torch_accelerator.h"
#include "engine/runtime/job_runner.h"
#include "engine/runtime/planned_residency.h"
#include "engine/runtime/whole_residency.h"
#include "tests/gpu/gpu_here.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;

// One pipeline, whose plans take their budget from the test.
class GpuStreamingTest : public ::testing::Test {
 protected:
  void open(at::Device device, at::ScalarType dtype) {
    const auto folder = ModelFolder::open(tiny_model_on_gpu(), {});
    ASSERT_TRUE(folder.ok()) << folder.status();
    const auto family = find_family(*folder);
    ASSERT_TRUE(family.ok()) << family.status();
    compute_.device = device;
    compute_.dtype = dtype;
    auto pipeline = (*family)->open(*folder, compute_);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    pipeline_ = *std::move(pipeline);
  }

  at::Tensor whole() {
    WholeResidency residency(*pipeline_, compute_, Retention::kReleaseEarly);
    return run(residency);
  }
  at::Tensor run(Residency& residency) {
    const auto outcome = run_job(*pipeline_, residency, tiny_request(), {}, CancelToken());
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->result.images.cpu() : at::Tensor();
  }

  ComputeOptions compute_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(GpuStreamingTest, PlansThatDifferInPlacementGiveTheSameBytes) {
  EASEL_NEEDS_GPU();
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    // Before the pipeline, so that it outlives the weights.
    const auto runtime = make_torch_accelerator(at::Device(at::kCUDA, 0));
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    const auto device = AcceleratorDevice::create(*runtime, {.stage_bytes = 4096}).value();
    open(at::Device(at::kCUDA, 0), dtype);
    MemoryLimits limits;
    limits.budget_bytes = kPlenty;
    limits.host_bytes = kPlenty;
    PlannedResidency residency(*pipeline_, compute_, *device,
                               [&](const HeldBytes&) { return limits; });
    const at::Tensor expected = run(residency);
    ASSERT_TRUE(expected.defined());
    const int64_t most = residency.plan()->peak_bytes;
    const int64_t least = residency.plan()->smallest_budget_bytes;
    for (const int64_t pinned : {kPlenty, int64_t{0}}) {
      limits.pinned_bytes = pinned;
      for (int part = 0; part <= 4; ++part) {
        limits.budget_bytes = least + (most - least) * part / 4;
        for (int again = 0; again < 2; ++again) {
          EXPECT_TRUE(at::equal(run(residency), expected))
              << "budget " << limits.budget_bytes << ", pinned " << pinned;
        }
      }
    }
    pipeline_.reset();
  }
}

TEST_F(GpuStreamingTest, ThePictureIsCloseToTheCpus) {
  EASEL_NEEDS_GPU();
  open(at::kCPU, at::kFloat);
  const at::Tensor expected = whole();
  open(at::Device(at::kCUDA, 0), at::kFloat);
  const at::Tensor picture = whole();
  ASSERT_TRUE(expected.defined() && picture.defined());
  EXPECT_LE(picture.sub(expected).abs().max().item<double>(), kPictureGpu);
}

}  // namespace
}  // namespace easel::testing

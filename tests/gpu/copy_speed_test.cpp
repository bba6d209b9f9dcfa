// How fast weights can come at all on this machine: what every time of a step is measured against.
#include "engine/api/copy_speeds.h"

#include <iostream>

#include "tests/gpu/gpu_here.h"

namespace easel::testing {
namespace {

TEST(GpuCopySpeedTest, BothKindsOfCopyAreMeasured) {
  EASEL_NEEDS_GPU();
  const auto speeds = measure_copy_speeds(kGpu);
  ASSERT_TRUE(speeds.ok()) << speeds.status();
  ASSERT_TRUE(speeds->pinned_to_device && speeds->pageable_to_device);
  std::cout << "host to device, GB/s: " << *speeds->pinned_to_device / 1e9 << " pinned, "
            << *speeds->pageable_to_device / 1e9
            << " pageable; host to host: " << speeds->host_one_core / 1e9 << " one core, "
            << speeds->host_all_cores / 1e9 << " all\n";
  EXPECT_GT(*speeds->pinned_to_device, 1e9);
  EXPECT_GT(*speeds->pageable_to_device, 0.2e9);
}

}  // namespace
}  // namespace easel::testing

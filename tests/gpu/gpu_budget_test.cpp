// A budget holds on a GPU, as the driver counts. libtorch's allocator is bounded once a process, so
// each of these runs in a process of its own; gtest runs death tests first, while this one takes
// nothing of the GPU. Nobody else may use the GPU meanwhile.
#include <ATen/ATen.h>
#include <dlfcn.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "engine/runtime/gpu_memory.h"
#include "tests/gpu/gpu_here.h"

namespace easel::testing {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
const at::Device kDevice(at::kCUDA, 0);

// Looks at the driver's figure again and again while it lives.
class DriverPeak {
 public:
  DriverPeak() : thread_([this] { run(); }) {}
  ~DriverPeak() { stop(); }
  int64_t stop() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
    return peak_;
  }

 private:
  void run() {
    while (!ending_) {
      const GpuMemory memory = read_gpu_memory(kDevice);
      peak_ = std::max(peak_, memory.total - memory.free);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::atomic<bool> ending_{false};
  int64_t peak_ = 0;  // the thread's until it is joined
  std::thread thread_;
};

GenerateRequest large_request() {
  GenerateRequest request = tiny_request();
  request.width = 1024;
  request.height = 1024;
  return request;
}

std::unique_ptr<Model> open_with(int64_t budget) {
  ModelOptions options;
  options.path = tiny_model_on_gpu();
  options.device = kGpu;
  options.memory_budget_bytes = budget;
  auto model = open_model(options);
  if (!model.ok()) std::cerr << model.status() << "\n";
  return model.ok() ? *std::move(model) : nullptr;
}

// The exit status of a process that draws within the budget; 0: it held.
int draw_within(int64_t budget) {
  const auto model = open_with(budget);
  if (model == nullptr) return 2;
  DriverPeak driver;
  const auto result = model->generate(large_request(), {}, CancelToken());
  const int64_t peak = driver.stop();
  std::cerr << "budget " << budget / kMiB << " MiB, peak by the driver " << peak / kMiB
            << " MiB, reported " << (result.ok() ? result->memory.peak.total / kMiB : int64_t{-1})
            << " MiB\n";
  if (!result.ok()) std::cerr << result.status() << "\n";
  return result.ok() && peak <= budget ? 0 : 3;
}

// The same where far less is to be had than the budget says; 0: what can be drawn is drawn.
int draw_with_less_than_planned() {
  const int64_t cap = bytes_beside_allocator(read_gpu_memory(kDevice)) + 96 * kMiB;
  if (!cap_allocator(cap, kDevice).ok()) return 2;
  at::empty({1}, at::TensorOptions(kDevice));  // from here on no other cap counts
  const auto model = open_with(int64_t{8} << 30);
  if (model == nullptr) return 2;
  const auto large = model->generate(large_request(), {}, CancelToken());
  std::cerr << "the large picture: " << (large.ok() ? "drawn with less" : "refused") << "\n";
  if (!large.ok() && reason_of(large.status()) != Reason::kOutOfMemory) {
    std::cerr << large.status() << "\n";
    return 3;
  }
  const auto small = model->generate(tiny_request(), {}, CancelToken());
  if (!small.ok()) std::cerr << small.status() << "\n";
  return small.ok() ? 0 : 4;
}

class GpuBudgetDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    EASEL_NEEDS_GPU();
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // a process from the beginning, not a fork
  }
};

TEST_F(GpuBudgetDeathTest, ThePeakByTheDriverStaysWithinTheBudget) {
  for (const int64_t budget : {1280 * kMiB, 2048 * kMiB}) {
    EXPECT_EXIT(std::exit(draw_within(budget)), ::testing::ExitedWithCode(0), "");
  }
}

TEST_F(GpuBudgetDeathTest, OutOfMemoryIsAStateAndTheNextPictureIsDrawn) {
  EXPECT_EXIT(std::exit(draw_with_less_than_planned()), ::testing::ExitedWithCode(0), "");
}

// Needs a libtorch with CUDA, but no GPU.
TEST(GpuCapTest, LibtorchTakesTheCapBeforeCudaStarts) {
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    GTEST_SKIP() << "no GPU to test on: this libtorch is for the CPU alone";
  }
  EXPECT_TRUE(cap_allocator(int64_t{200} << 30, kDevice).ok());
}

}  // namespace
}  // namespace easel::testing

// Streamed steps by the clock on the wall: the CPU's device with a throttled copy, against the
// bound that no streaming can beat. `over_bound` 1.05 is five percent above it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <thread>

#include "engine/memory/block_streamer.h"
#include "engine/memory/host_device.h"
#include "engine/memory/resident_blocks.h"
#include "tests/engine/memory/streaming_fixture.h"

namespace easel {
namespace {

using testing::flux_block_bytes;
using testing::sum;

constexpr size_t kScale = 64;           // FLUX's blocks over this many
constexpr double kResidentStep = 0.53;  // seconds, about FLUX at 1024² on a fast card
constexpr size_t kNumSlots = 2;

class FilledBlock : public BlockSource {
 public:
  explicit FilledBlock(size_t bytes) : bytes_(bytes) {}
  size_t bytes() const override { return bytes_; }
  absl::Status read_part(size_t, size_t count, std::byte* target) const override {
    std::memset(target, 1, count);
    return absl::OkStatus();
  }

 private:
  size_t bytes_;
};

std::vector<size_t> scaled_sizes() {
  std::vector<size_t> sizes = flux_block_bytes();
  for (size_t& bytes : sizes) bytes /= kScale;
  return sizes;
}

// Sleeping stands for computing, so that the reading thread has a core of its own.
bool run_step(BlockStreamer& streamer, const std::vector<double>& seconds) {
  streamer.begin_pass(/*another_follows=*/true);
  for (size_t i = 0; i < seconds.size(); ++i) {
    if (!streamer.enter(i).ok()) return false;
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds[i]));
  }
  return true;
}

// range(0): bandwidth, in percent of what brings everything in the time of a resident step;
// range(1): percent of the weights beside the slots that stay.
void streamed_step(benchmark::State& state) {
  const std::vector<size_t> sizes = scaled_sizes();
  const auto total = static_cast<double>(sum(sizes));
  PassTimes times{{}, total / kResidentStep * static_cast<double>(state.range(0)) / 100};
  for (const size_t bytes : sizes) {
    times.compute_seconds.push_back(kResidentStep * static_cast<double>(bytes) / total);
  }
  const size_t slots = kNumSlots * *std::max_element(sizes.begin(), sizes.end());
  const size_t budget = slots + (sum(sizes) - slots) * static_cast<size_t>(state.range(1)) / 100;
  const auto resident = spread_resident(sizes, budget, kNumSlots, times);
  std::vector<FilledBlock> blocks(sizes.begin(), sizes.end());
  std::vector<const BlockSource*> sources;
  for (const FilledBlock& block : blocks) sources.push_back(&block);
  auto device = HostDevice::create({times.bytes_per_second});
  auto streamer = BlockStreamer::create(**device, {sources, *resident, kNumSlots});
  if (!run_step(**streamer, times.compute_seconds)) state.SkipWithError("a block did not come");

  const uint64_t before = (*streamer)->bytes_uploaded();
  double seconds = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    if (!run_step(**streamer, times.compute_seconds)) state.SkipWithError("a block did not come");
    const std::chrono::duration<double> step = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(step.count());
    seconds += step.count();
  }
  const auto steps = static_cast<double>(state.iterations());
  const double uploaded = static_cast<double>((*streamer)->bytes_uploaded() - before) / steps;
  state.counters["streamed_MB"] = uploaded / 1e6;
  state.counters["over_bound"] =
      seconds / steps / std::max(kResidentStep, uploaded / times.bytes_per_second);
}

BENCHMARK(streamed_step)
    ->ArgNames({"bandwidth%", "resident%"})
    ->ArgsProduct({{200, 100, 50, 25}, {0, 25, 50, 75}})
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace easel

BENCHMARK_MAIN();

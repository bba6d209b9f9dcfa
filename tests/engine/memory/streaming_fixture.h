// Blocks, passes and sizes for the tests of what streams weights.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "base/error.h"
#include "engine/memory/block_streamer.h"
#include "engine/memory/simulated_device.h"
#include "engine/memory/transfer_device.h"

namespace easel::testing {

// A block full of a byte of its own; the last byte is another's complement, so that a block that
// was cut short shows.
class PatternBlock : public BlockSource {
 public:
  PatternBlock(size_t bytes, size_t index) : bytes_(bytes), pattern_(index * 37 + 11) {}

  size_t bytes() const override { return bytes_; }
  absl::Status read_part(size_t first, size_t count, std::byte* target) const override {
    for (size_t i = 0; i < count; ++i) target[i] = at(first + i);
    return absl::OkStatus();
  }
  bool is_at(const std::byte* memory) const {
    for (size_t i = 0; i < bytes_; ++i) {
      if (memory[i] != at(i)) return false;
    }
    return true;
  }

 private:
  std::byte at(size_t i) const {
    return static_cast<std::byte>(i + 1 == bytes_ ? ~pattern_ & 0xFF : (pattern_ + i) & 0xFF);
  }

  size_t bytes_;
  size_t pattern_;
};

// The blocks of a component, and a streamer's view of them.
struct PatternBlocks {
  explicit PatternBlocks(const std::vector<size_t>& sizes) {
    for (size_t i = 0; i < sizes.size(); ++i) {
      owned.push_back(std::make_unique<PatternBlock>(sizes[i], i));
      sources.push_back(owned.back().get());
    }
  }

  std::vector<std::unique_ptr<PatternBlock>> owned;
  std::vector<const BlockSource*> sources;
};

inline size_t sum(const std::vector<size_t>& sizes) {
  size_t total = 0;
  for (const size_t bytes : sizes) total += bytes;
  return total;
}

// Of FLUX.1 in bf16: 19 double blocks, 38 single ones, 3072 wide.
inline std::vector<size_t> flux_block_bytes() {
  constexpr size_t kWidth = 3072;
  std::vector<size_t> sizes(19, 72 * kWidth * kWidth);
  sizes.resize(19 + 38, 30 * kWidth * kWidth);
  return sizes;
}

// Integers below `end` that are the same with every standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  size_t below(size_t end) { return static_cast<size_t>(engine_() % end); }
  size_t between(size_t first, size_t last) { return first + below(last - first + 1); }
  std::vector<size_t> sizes(size_t count, size_t smallest, size_t largest) {
    std::vector<size_t> sizes(count);
    for (size_t& size : sizes) size = between(smallest, largest);
    return sizes;
  }
  std::vector<bool> flags(size_t count) {
    std::vector<bool> flags(count);
    for (size_t i = 0; i < count; ++i) flags[i] = below(2) == 1;
    return flags;
  }

 private:
  std::mt19937_64 engine_;
};

// Enters the blocks `begin` to `end` and computes with each for `seconds` of its.
inline absl::Status enter_blocks(BlockStreamer& streamer, SimulatedDevice& device,
                                 const std::vector<double>& seconds, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    EASEL_ASSIGN_OR_RETURN(const std::byte* const memory, streamer.enter(i));
    device.compute(SimulatedDevice::Time(std::llround(seconds[i] * 1e9)), memory);
  }
  return absl::OkStatus();
}

inline absl::Status run_pass(BlockStreamer& streamer, SimulatedDevice& device,
                             const std::vector<double>& seconds, bool another_follows) {
  streamer.begin_pass(another_follows);
  return enter_blocks(streamer, device, seconds, 0, seconds.size());
}

}  // namespace easel::testing

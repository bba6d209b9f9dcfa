#include "engine/memory/memory_preset.h"

#include <algorithm>
#include <iterator>

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGB = 1'000'000'000;  // as cards are sold

struct Tier {
  int64_t at_least;       // bytes of the card
  int64_t reserve_bytes;  // left to others
  int64_t side;
  const char* name;
};

// A card of "24 GB" reports a little less than 24e9 bytes at times.
constexpr int64_t kShort = kGB / 2;
constexpr Tier kTiers[] = {
    {24 * kGB - kShort, 1536 * kMiB, 1024, "24 GB and more"},
    {12 * kGB - kShort, 1024 * kMiB, 1024, "12 to 24 GB"},
    {8 * kGB - kShort, 768 * kMiB, 1024, "8 to 12 GB"},
    {0, 512 * kMiB, 768, "less than 8 GB"},
};

}  // namespace

MemoryPreset gpu_preset(int64_t total_bytes) {
  const Tier& tier =
      *std::find_if(std::begin(kTiers), std::end(kTiers),
                    [&](const Tier& candidate) { return total_bytes >= candidate.at_least; });
  return {tier.name, std::max<int64_t>(total_bytes - tier.reserve_bytes, 0), tier.side};
}

MemoryPreset cpu_preset(int64_t available_bytes) {
  return {"four fifths of the free memory", available_bytes / 5 * 4, /*side=*/1024};
}

}  // namespace easel

#include "engine/memory/held_blocks.h"

#include <algorithm>
#include <numeric>

#include "engine/memory/block_streamer.h"
#include "engine/memory/pass_seconds.h"
#include "engine/memory/resident_blocks.h"

namespace easel {
namespace {

std::vector<size_t> sizes_of(const ComponentFootprint& component) {
  return {component.block_bytes.begin(), component.block_bytes.end()};
}

// Computing in proportion to the bytes; the shared part computes beside the blocks.
PassTimes times_of(const ComponentFootprint& component, const PassRates& rates) {
  PassTimes times;
  times.bytes_per_second = rates.bytes_per_second;
  const auto total = static_cast<double>(std::max<int64_t>(component.total_bytes(), 1));
  for (const int64_t bytes : component.block_bytes)
    times.compute_seconds.push_back(rates.compute_seconds * static_cast<double>(bytes) / total);
  return times;
}

// Keeps what the room still holds, largest blocks first.
void fill_up(const std::vector<size_t>& sizes, size_t room, std::vector<bool>& resident) {
  std::vector<size_t> by_size(sizes.size());
  std::iota(by_size.begin(), by_size.end(), size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](size_t a, size_t b) { return sizes[a] > sizes[b]; });
  for (const size_t i : by_size) {
    if (resident[i]) continue;
    resident[i] = true;
    if (streamer_bytes(sizes, resident, kStreamSlots) > room) resident[i] = false;
  }
}

}  // namespace

HeldBlocks hold_whole(const ComponentFootprint& component) {
  HeldBlocks held;
  held.resident.assign(component.block_bytes.size(), true);
  held.bytes = component.total_bytes();
  return held;
}

HeldBlocks hold_within(const ComponentFootprint& component, int64_t room, const PassRates& rates) {
  if (component.total_bytes() <= room) return hold_whole(component);
  std::optional<PassTimes> times;
  if (rates.compute_seconds > 0) times = times_of(component, rates);
  const std::vector<size_t> sizes = sizes_of(component);
  const auto resident = spread_resident(sizes, static_cast<size_t>(room - component.shared_bytes),
                                        kStreamSlots, times);
  HeldBlocks held;
  held.resident = resident.value_or(std::vector<bool>(sizes.size(), false));
  fill_up(sizes, static_cast<size_t>(room - component.shared_bytes), held.resident);
  held.num_slots = kStreamSlots;
  held.bytes = component.shared_bytes +
               static_cast<int64_t>(streamer_bytes(sizes, held.resident, kStreamSlots));
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!held.resident[i]) held.streamed_bytes += component.block_bytes[i];
  }
  return held;
}

HeldBlocks hold_at_best(const ComponentFootprint& component, int64_t room) {
  HeldBlocks held;
  held.num_slots = kStreamSlots;
  held.bytes = std::min(room, component.total_bytes());
  held.streamed_bytes = component.total_bytes() - held.bytes;
  return held;
}

int64_t least_bytes(const ComponentFootprint& component) {
  if (component.block_bytes.size() <= kStreamSlots) return component.total_bytes();
  const auto blocks =
      static_cast<int64_t>(smallest_streamer_bytes(sizes_of(component), kStreamSlots));
  return std::min(component.total_bytes(), component.shared_bytes + blocks);
}

double steady_seconds(const ComponentFootprint& component, const HeldBlocks& held,
                      const PassRates& rates) {
  if (held.streamed_bytes == 0) return rates.compute_seconds;
  const double upload = static_cast<double>(held.streamed_bytes) / rates.bytes_per_second;
  if (held.resident.empty()) {
    return std::max(rates.compute_seconds, upload) + kTakenByUploads * upload;
  }
  const PassTimes times = times_of(component, rates);
  double shared = rates.compute_seconds;
  for (const double seconds : times.compute_seconds) shared -= seconds;
  return std::max(shared, 0.0) + kTakenByUploads * upload +
         pass_seconds(sizes_of(component), held.resident, held.num_slots, times);
}

}  // namespace easel

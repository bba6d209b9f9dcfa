// What one component holds, and for how long a pass over it takes, when it is whole or streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/memory/residency_plan.h"

namespace easel {

inline constexpr size_t kStreamSlots = 2;  // one being computed with, one being filled

// What uploads take from computing beside them (memory bandwidth, launches), as a part of their own
// time. So an upload that computing hides is not free, and where that is so close that an estimate
// decides, less streams.
inline constexpr double kTakenByUploads = 0.05;

// How fast a pass could be, for choosing which blocks stay.
struct PassRates {
  double compute_seconds = 0;   // over the component with all of it in place; 0: not known
  double bytes_per_second = 0;  // of streamed blocks
};

struct HeldBlocks {
  std::vector<bool> resident;  // a flag a block; empty while they are not chosen
  size_t num_slots = 0;        // 0: nothing streams
  int64_t bytes = 0;           // slots, resident blocks and the shared part
  int64_t streamed_bytes = 0;  // that come in every pass
};

// The whole component.
HeldBlocks hold_whole(const ComponentFootprint& component);

// As many blocks as `room` bytes allow stay, the others stream; `room` is at least least_bytes().
HeldBlocks hold_within(const ComponentFootprint& component, int64_t room, const PassRates& rates);

// The same without choosing blocks: no choice streams less.
HeldBlocks hold_at_best(const ComponentFootprint& component, int64_t room);

// The least that the component can be computed with: its total where streaming saves nothing.
int64_t least_bytes(const ComponentFootprint& component);

// Seconds of a pass that others precede and follow; no more than that while no blocks are chosen.
double steady_seconds(const ComponentFootprint& component, const HeldBlocks& held,
                      const PassRates& rates);

}  // namespace easel

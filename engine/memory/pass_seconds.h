// How long a pass over the blocks of one component takes when some of them are streamed: what the
// BlockStreamer does on a TransferDevice, without either. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace easel {

// What a pass works on and how fast. `compute_seconds` has an entry a block, in order of execution.
struct PassTimes {
  std::vector<double> compute_seconds;
  double bytes_per_second = 0;  // of uploads; more than 0
};

// Seconds of a pass that others of its kind precede and follow, so that its first blocks are
// brought in the tail of the one before. `resident` has a flag a block; num_slots ≥ 1.
double pass_seconds(const std::vector<size_t>& block_bytes, const std::vector<bool>& resident,
                    size_t num_slots, const PassTimes& times);

}  // namespace easel

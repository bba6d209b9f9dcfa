// Which blocks of a streamed component keep memory of their own. Pure functions.
//
// The bytes that a budget leaves beside the slots go to resident blocks, spread over the depth, so
// that there is always something to compute with while a streamed block is on its way. The slots
// are as large as the largest streamed block: keeping the few large blocks resident can pay twice.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/memory/pass_seconds.h"

namespace easel {

// The flags that the BlockStreamer takes: streamer_bytes() of them is at most `budget_bytes`, and
// what stays free would hold no other streamed block. nullopt: not even smallest_streamer_bytes()
// fit. All true when everything fits. Without `times`: good for whatever bandwidth, with computing
// in proportion to the bytes.
std::optional<std::vector<bool>> spread_resident(const std::vector<size_t>& block_bytes,
                                                 size_t budget_bytes, size_t num_slots,
                                                 const std::optional<PassTimes>& times = {});

// The least memory that the blocks can be computed in.
size_t smallest_streamer_bytes(const std::vector<size_t>& block_bytes, size_t num_slots);

}  // namespace easel

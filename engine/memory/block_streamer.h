// Brings the blocks of one component to where they are computed with, in their order of execution,
// one block ahead of need.
//
// Resident blocks keep memory of their own from their first use on; the others share `num_slots`
// slots of the size of the largest of them. Nothing is read before it is next: the first pass
// begins to compute when its first block is there.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/transfer_device.h"

namespace easel {

// The bytes that a streamer holds once every block was used: a slot each for min(num_slots, streamed
// blocks), as large as the largest of them, and the resident blocks. Exact.
size_t streamer_bytes(const std::vector<size_t>& block_bytes, const std::vector<bool>& resident,
                      size_t num_slots);

struct BlockStreamerOptions {
  std::vector<const BlockSource*> blocks;  // in order of execution; owned by the caller
  std::vector<bool> resident;              // a flag a block
  size_t num_slots = 2;                    // one being computed with, one being filled
};

// Owns the slots and the resident blocks' memory. Used by one thread; `device` outlives it.
class BlockStreamer {
 public:
  // Allocates the slots (OUT_OF_MEMORY), uploads nothing.
  static absl::StatusOr<std::unique_ptr<BlockStreamer>> create(TransferDevice& device,
                                                               BlockStreamerOptions options);
  ~BlockStreamer();

  // A pass begins: every block will be entered once, in order. With `another_follows` the first
  // block of the next pass is brought during the tail of this one.
  void begin_pass(bool another_follows);

  // Right before block `index` is computed with: its bytes, in place for whatever is computed from
  // here on; what was entered before is done with. Begins to bring the next one.
  absl::StatusOr<const std::byte*> enter(size_t index);

  size_t bytes_held() const;        // slots and resident blocks that are there
  uint64_t bytes_uploaded() const;  // since it was made

 private:
  BlockStreamer() = default;
};

}  // namespace easel

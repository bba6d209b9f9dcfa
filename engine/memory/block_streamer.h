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

// The bytes that a streamer holds once every block was used: a slot each for min(num_slots,
// streamed blocks), as large as the largest of them, and the resident blocks. Exact.
size_t streamer_bytes(const std::vector<size_t>& block_bytes, const std::vector<bool>& resident,
                      size_t num_slots);

struct BlockStreamerOptions {
  std::vector<const BlockSource*> blocks;  // in order of execution; owned by the caller
  std::vector<bool> resident;              // a flag a block
  // One is computed with while the others are filled; with one alone nothing overlaps, more than
  // two hardly ever pay.
  size_t num_slots = 2;
};

// Owns the slots and the resident blocks' memory. Used by one thread; `device` outlives it.
//
// A slot is filled again behind the mark that was set when the block in it was left, and always
// with the block that is needed soonest; what a slot holds stays until something is needed sooner.
// After an error, and in the middle of a pass, a new pass may begin: what failed is asked for
// again.
class BlockStreamer {
 public:
  // Allocates the slots (OUT_OF_MEMORY), uploads nothing. INVALID_FIELD for no slot or a wrong
  // number of flags.
  static absl::StatusOr<std::unique_ptr<BlockStreamer>> create(TransferDevice& device,
                                                               BlockStreamerOptions options);
  ~BlockStreamer();
  BlockStreamer(const BlockStreamer&) = delete;
  BlockStreamer& operator=(const BlockStreamer&) = delete;

  // A pass begins: every block will be entered once, in order, and what the last pass entered is
  // done with. Begins to bring the first blocks. With `another_follows` the first blocks of the
  // next pass are brought during the tail of this one.
  void begin_pass(bool another_follows);

  // Right before block `index` is computed with: its bytes, in place for whatever is computed from
  // here on (nullptr for a block of none); what was entered before is done with. Begins to bring
  // the next ones; an error of that is kept for when they are entered. Errors: those of reading
  // this block, and OUT_OF_MEMORY.
  absl::StatusOr<const std::byte*> enter(size_t index);

  // Slots and resident blocks that are there; a block that is used in place takes its own bytes of
  // a slot, not all of it.
  size_t bytes_held() const;
  uint64_t bytes_uploaded() const { return bytes_uploaded_; }  // since it was made

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // A piece of the device's memory and what is in it.
  struct Memory {
    std::byte* data = nullptr;
    size_t bytes = 0;
    size_t block = kNone;       // that is there or on its way
    Ticket upload = kNoTicket;  // to await before it is used
    Ticket last_use = kNoTicket;
  };

  BlockStreamer(TransferDevice& device, BlockStreamerOptions options);
  absl::Status allocate_slots();
  size_t bytes_of(size_t block) const { return options_.blocks[block]->bytes(); }
  void leave_current();
  // From the block that is entered to `block`, over the end of the pass when it lies before it.
  size_t steps_until(size_t block) const;
  Memory* holder_of(size_t block);  // nullptr: not there
  Memory* place_for(size_t block);  // nullptr: the slots hold only what is needed sooner
  absl::Status bring(size_t block, Memory& place);
  void look_ahead(size_t first_step);

  TransferDevice& device_;
  BlockStreamerOptions options_;
  std::vector<Memory> slots_;
  std::vector<Memory> own_;  // an entry a block, without memory unless it is resident
  size_t num_missing_ = 0;   // blocks that are nowhere
  size_t position_ = 0;      // the block that is computed with, or the first one
  Memory* current_ = nullptr;
  bool another_follows_ = false;
  uint64_t bytes_uploaded_ = 0;
};

}  // namespace easel

#include "engine/memory/pinned_bytes.h"

#include <algorithm>
#include <bit>

#include "base/error.h"

namespace easel {
namespace {

// Small enough that copying begins while the next piece is read, large enough that a copy's start
// is nothing beside it.
constexpr size_t kLargestPiece = size_t{64} << 20;
// What is left of a block is not cut finer, but rounded up.
constexpr size_t kSmallestPiece = size_t{1} << 20;

size_t next_piece(size_t left) {
  if (left <= kSmallestPiece) return std::bit_ceil(left);
  return std::min(kLargestPiece, std::bit_floor(left));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PinnedBytes>> PinnedBytes::create(
    std::shared_ptr<AcceleratorRuntime> runtime, std::shared_ptr<std::atomic<size_t>> held,
    size_t bytes) {
  std::unique_ptr<PinnedBytes> pinned(new PinnedBytes(std::move(runtime), std::move(held)));
  for (size_t first = 0; first < bytes;) {
    const size_t taken = next_piece(bytes - first);
    EASEL_ASSIGN_OR_RETURN(std::byte* const memory, pinned->runtime_->allocate_pinned(taken));
    const size_t used = std::min(taken, bytes - first);
    pinned->pieces_.push_back({first, used, taken, memory});
    *pinned->held_ += taken;
    first += used;
  }
  return pinned;
}

PinnedBytes::~PinnedBytes() {
  // When the device fails, nothing copies any more.
  if (last_copy_ != nullptr) (void)runtime_->synchronize(*last_copy_);
  for (const Piece& piece : pieces_) {
    runtime_->free_pinned(piece.memory);
    *held_ -= piece.taken;
  }
}

}  // namespace easel

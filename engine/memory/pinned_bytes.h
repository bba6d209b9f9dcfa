// A block's bytes in pinned host memory, from which a GPU fetches them itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/memory/accelerator_runtime.h"
#include "engine/memory/transfer_device.h"

namespace easel {

// Owns its memory, in pieces whose sizes are powers of two: more would be taken for others. Waits
// for the last copy from it before it gives the memory back.
class PinnedBytes : public KeptBytes {
 public:
  struct Piece {
    size_t first = 0;  // in the block
    size_t bytes = 0;  // of the block
    size_t taken = 0;  // of the host's memory
    std::byte* memory = nullptr;
  };

  // Memory for a block of `bytes`, not filled. `held` counts what is taken and outlives it.
  // OUT_OF_MEMORY.
  static absl::StatusOr<std::unique_ptr<PinnedBytes>> create(
      std::shared_ptr<AcceleratorRuntime> runtime, std::shared_ptr<std::atomic<size_t>> held,
      size_t bytes);
  ~PinnedBytes() override;

  const std::vector<Piece>& pieces() const { return pieces_; }
  // Behind the copies from it that are in the queue.
  void set_last_copy(AcceleratorRuntime::EventPtr event) { last_copy_ = std::move(event); }

 private:
  PinnedBytes(std::shared_ptr<AcceleratorRuntime> runtime,
              std::shared_ptr<std::atomic<size_t>> held)
      : runtime_(std::move(runtime)), held_(std::move(held)) {}

  std::shared_ptr<AcceleratorRuntime> runtime_;
  std::shared_ptr<std::atomic<size_t>> held_;
  std::vector<Piece> pieces_;
  AcceleratorRuntime::EventPtr last_copy_;
};

}  // namespace easel

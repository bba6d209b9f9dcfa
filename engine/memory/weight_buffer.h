// One block of weights, there for as long as it is loaded.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/memory/memory_ledger.h"
#include "engine/memory/packed_block.h"

namespace easel {

// Owns one contiguous buffer on one device, with the parameters of one block behind each other in
// the dtype that they are computed in. What a PackedBlock uses in place takes no room here, and is
// read from the file when it is touched. The parameters stay bound for the buffer's life.
class WeightBuffer {
 public:
  // Reads and binds. Every parameter must have a source; the checkpoint must outlive the buffer.
  // BAD_WEIGHTS when a file was cut short; throws c10::Error when the memory is not to be had.
  static absl::StatusOr<std::unique_ptr<WeightBuffer>> load(
      const std::vector<Parameter*>& parameters, at::ScalarType component_dtype, at::Device device);
  ~WeightBuffer();
  WeightBuffer(const WeightBuffer&) = delete;
  WeightBuffer& operator=(const WeightBuffer&) = delete;

  int64_t bytes() const { return buffer_.defined() ? buffer_.numel() : 0; }
  // Of parameters used in place.
  int64_t mapped_bytes() const { return static_cast<int64_t>(block_.in_place_bytes()); }

 private:
  explicit WeightBuffer(PackedBlock block) : block_(std::move(block)) {}

  PackedBlock block_;
  std::optional<LedgerEntry> mapped_entry_, buffer_entry_;  // go after the buffer
  at::Tensor buffer_;                                       // [bytes], uint8
};

}  // namespace easel

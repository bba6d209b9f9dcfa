// One block of weights in memory of its own, for as long as it is loaded.
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

// Whether weights may be used where they lie in the mapped file. Pages of a mapping come and go as
// the operating system likes, so a memory budget cannot count on them.
enum class InPlace { kAllowed, kNever };

// Owns one contiguous buffer on one device, with the parameters of one block behind each other in
// the dtype that they are computed in. Parameters whose bytes in the checkpoint already lie right
// (same dtype, aligned, on the CPU) are used in place, where that is allowed, and take no room
// here. The parameters stay bound for the buffer's life.
class WeightBuffer {
 public:
  // Reads and binds. Every parameter must have a source; the checkpoint must outlive the buffer.
  // BAD_WEIGHTS when a file was cut short; throws c10::Error when the memory is not to be had.
  static absl::StatusOr<std::unique_ptr<WeightBuffer>> load(
      const std::vector<Parameter*>& parameters, at::ScalarType component_dtype, at::Device device,
      InPlace in_place = InPlace::kAllowed);
  ~WeightBuffer();
  WeightBuffer(const WeightBuffer&) = delete;
  WeightBuffer& operator=(const WeightBuffer&) = delete;

  int64_t bytes() const { return buffer_.defined() ? buffer_.numel() : 0; }
  int64_t mapped_bytes() const { return mapped_bytes_; }  // of parameters used in place

 private:
  WeightBuffer(std::vector<Parameter*> in_place, const std::vector<Parameter*>& copied,
               at::ScalarType component_dtype);

  std::vector<Parameter*> in_place_;
  PackedBlock copied_;
  std::optional<LedgerEntry> mapped_entry_, buffer_entry_;  // go after the buffer
  at::Tensor buffer_;                                       // [bytes], uint8
  int64_t mapped_bytes_ = 0;
};

}  // namespace easel

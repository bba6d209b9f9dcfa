// One block of weights, packed: the unit that is loaded, moved and dropped.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstddef>
#include <vector>

#include "engine/memory/weight_alignment.h"
#include "engine/nn/module.h"

namespace easel {

// Owns one contiguous buffer on one device, with the parameters of one block behind each other in
// the dtype that they are computed in. Parameters whose bytes in the checkpoint already lie right
// (same dtype, aligned, on the CPU) are used in place and take no room here. The parameters stay
// bound for the buffer's life.
class WeightBuffer {
 public:
  // Copies and binds. Every parameter must have a source; the checkpoint must outlive the buffer.
  WeightBuffer(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype,
               at::Device device);
  ~WeightBuffer();
  WeightBuffer(const WeightBuffer&) = delete;
  WeightBuffer& operator=(const WeightBuffer&) = delete;

  int64_t bytes() const { return buffer_.defined() ? buffer_.numel() : 0; }
  int64_t mapped_bytes() const { return mapped_bytes_; }  // of parameters used in place

 private:
  std::vector<Parameter*> parameters_;
  at::Tensor buffer_;  // [bytes], uint8
  int64_t mapped_bytes_ = 0;
};

// The dtype that `parameter` is computed in when its component is computed in `component_dtype`.
at::ScalarType compute_dtype(const Parameter& parameter, at::ScalarType component_dtype);

}  // namespace easel

#include "engine/memory/weight_buffer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "engine/nn/dtype_map.h"

namespace easel {
namespace {

// The parameter's rows of its entry, as they lie in the mapped file. ATen has no read-only tensors;
// nobody writes to weights.
at::Tensor stored_rows(const Parameter& parameter) {
  const ParameterSource& source = parameter.source();
  const at::ScalarType type = to_scalar_type(source.entry->info->dtype);
  const int64_t rows = parameter.shape().empty() ? 1 : std::max<int64_t>(parameter.shape()[0], 1);
  const int64_t row_bytes = parameter.numel() / rows * static_cast<int64_t>(c10::elementSize(type));
  const char* data = source.entry->data().data() + source.first_row * row_bytes;
  return at::from_blob(const_cast<char*>(data), parameter.shape(), at::TensorOptions(type));
}

// Kernels may round differently for rows that are not aligned. Products with matrices of 16-bit
// elements do not, wherever the elements themselves are aligned (a test holds them to it), and such
// matrices are what large checkpoints consist of.
size_t needed_alignment(const at::Tensor& stored) {
  return stored.dim() == 2 && stored.element_size() == 2 ? stored.element_size() : kWeightAlignment;
}

bool usable_in_place(const Parameter& parameter, at::ScalarType component_dtype,
                     at::Device device) {
  if (!device.is_cpu() || parameter.source().swap_halves) return false;
  const at::Tensor stored = stored_rows(parameter);
  return stored.scalar_type() == compute_dtype(parameter, component_dtype) &&
         reinterpret_cast<uintptr_t>(stored.const_data_ptr()) % needed_alignment(stored) == 0;
}

}  // namespace

WeightBuffer::WeightBuffer(std::vector<Parameter*> in_place, const std::vector<Parameter*>& copied,
                           at::ScalarType component_dtype)
    : in_place_(std::move(in_place)), copied_(copied, component_dtype) {
  for (Parameter* parameter : in_place_) {
    const at::Tensor stored = stored_rows(*parameter);
    parameter->bind(stored, Place::kFile);
    mapped_bytes_ += static_cast<int64_t>(stored.nbytes());
  }
  mapped_entry_.emplace(host_ledger(), MemoryTag::kWeights, mapped_bytes_);
}

absl::StatusOr<std::unique_ptr<WeightBuffer>> WeightBuffer::load(
    const std::vector<Parameter*>& parameters, at::ScalarType component_dtype, at::Device device,
    InPlace in_place) {
  std::vector<Parameter*> mapped, copied;
  for (Parameter* parameter : parameters) {
    const bool stays_in_file =
        in_place == InPlace::kAllowed && usable_in_place(*parameter, component_dtype, device);
    (stays_in_file ? mapped : copied).push_back(parameter);
  }
  std::unique_ptr<WeightBuffer> buffer(
      new WeightBuffer(std::move(mapped), copied, component_dtype));
  if (copied.empty()) return buffer;
  const auto bytes = static_cast<int64_t>(buffer->copied_.bytes());
  buffer->buffer_entry_.emplace(device.is_cpu() ? host_ledger() : gpu_ledger(),
                                MemoryTag::kWeightTensors, bytes);
  at::Tensor host = at::empty({bytes}, at::TensorOptions(at::kByte));
  EASEL_RETURN_IF_ERROR(
      buffer->copied_.read_at_once(static_cast<std::byte*>(host.mutable_data_ptr())));
  buffer->buffer_ = host.to(device);
  buffer->copied_.bind(static_cast<const std::byte*>(buffer->buffer_.const_data_ptr()), device);
  return buffer;
}

WeightBuffer::~WeightBuffer() {
  copied_.unbind();
  for (Parameter* parameter : in_place_) {
    parameter->unbind();
    parameter->source().checkpoint->release_pages(*parameter->source().entry);
  }
}

}  // namespace easel

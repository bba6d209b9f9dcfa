#include "engine/memory/weight_buffer.h"

#include <ATen/ATen.h>

#include <cstdint>

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

bool usable_in_place(const at::Tensor& stored, const Parameter& parameter, at::ScalarType dtype,
                     at::Device device) {
  return device.is_cpu() && stored.scalar_type() == dtype && !parameter.source().swap_halves &&
         reinterpret_cast<uintptr_t>(stored.const_data_ptr()) % kWeightAlignment == 0;
}

void copy_weight(at::Tensor& target, const at::Tensor& stored, const Parameter& parameter) {
  if (!parameter.source().swap_halves) {
    target.copy_(stored);
    return;
  }
  const int64_t half = stored.size(0) / 2;
  target.narrow(0, 0, half).copy_(stored.narrow(0, half, half));
  target.narrow(0, half, half).copy_(stored.narrow(0, 0, half));
}

}  // namespace

at::ScalarType compute_dtype(const Parameter& parameter, at::ScalarType component_dtype) {
  const bool widened =
      component_dtype == at::kHalf && parameter.precision() == Precision::kFloat32InHalf;
  return widened ? at::kFloat : component_dtype;
}

WeightBuffer::WeightBuffer(const std::vector<Parameter*>& parameters,
                           at::ScalarType component_dtype, at::Device device)
    : parameters_(parameters) {
  size_t total = 0;
  std::vector<Parameter*> copied;
  for (Parameter* parameter : parameters_) {
    const at::ScalarType dtype = compute_dtype(*parameter, component_dtype);
    const at::Tensor stored = stored_rows(*parameter);
    if (usable_in_place(stored, *parameter, dtype, device)) {
      parameter->bind(stored, Place::kFile);
      mapped_bytes_ += static_cast<int64_t>(stored.nbytes());
      continue;
    }
    copied.push_back(parameter);
    total += align_weight(static_cast<size_t>(parameter->numel()) * c10::elementSize(dtype));
  }
  if (total == 0) return;
  buffer_ = at::empty({static_cast<int64_t>(total)}, at::TensorOptions(at::kByte).device(device));
  int64_t offset = 0;
  for (Parameter* parameter : copied) {
    const at::ScalarType dtype = compute_dtype(*parameter, component_dtype);
    const auto bytes =
        static_cast<int64_t>(static_cast<size_t>(parameter->numel()) * c10::elementSize(dtype));
    at::Tensor target = buffer_.narrow(0, offset, bytes).view(dtype).view(parameter->shape());
    copy_weight(target, stored_rows(*parameter), *parameter);
    parameter->bind(target, device.is_cpu() ? Place::kHost : Place::kDevice);
    parameter->source().checkpoint->release_pages(*parameter->source().entry);
    offset += static_cast<int64_t>(align_weight(static_cast<size_t>(bytes)));
  }
}

WeightBuffer::~WeightBuffer() {
  for (Parameter* parameter : parameters_) parameter->unbind();
}

}  // namespace easel

#include "engine/memory/weight_buffer.h"

#include <ATen/ATen.h>

#include <utility>

#include "base/error.h"

namespace easel {

absl::StatusOr<std::unique_ptr<WeightBuffer>> WeightBuffer::load(
    const std::vector<Parameter*>& parameters, at::ScalarType component_dtype, at::Device device) {
  std::unique_ptr<WeightBuffer> buffer(
      new WeightBuffer(PackedBlock(parameters, component_dtype, device)));
  const PackedBlock& block = buffer->block_;
  buffer->mapped_entry_.emplace(host_ledger(), MemoryTag::kWeights, buffer->mapped_bytes());
  if (block.copied_bytes() > 0) {
    const auto bytes = static_cast<int64_t>(block.copied_bytes());
    buffer->buffer_entry_.emplace(device.is_cpu() ? host_ledger() : gpu_ledger(),
                                  MemoryTag::kWeightTensors, bytes);
    at::Tensor host = at::empty({bytes}, at::TensorOptions(at::kByte));
    EASEL_RETURN_IF_ERROR(block.read_copied(static_cast<std::byte*>(host.mutable_data_ptr())));
    buffer->buffer_ = host.to(device);
  }
  block.bind(buffer->buffer_.defined()
                 ? static_cast<const std::byte*>(buffer->buffer_.const_data_ptr())
                 : nullptr);
  return buffer;
}

WeightBuffer::~WeightBuffer() {
  block_.unbind();
  block_.let_go();
}

}  // namespace easel

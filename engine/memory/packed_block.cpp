#include "engine/memory/packed_block.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "base/error.h"
#include "engine/nn/dtype_map.h"

namespace easel {
namespace {

// What is converted at once; the memory that reading takes beside its target.
constexpr int64_t kChunkElements = 1 << 20;

// Elements [first, first + count) of `parameter` as stored → `target`, of `dtype`.
absl::Status read_elements(const Parameter& parameter, int64_t first, int64_t count,
                           at::ScalarType dtype, std::byte* target) {
  if (count == 0) return absl::OkStatus();
  const ParameterSource& source = parameter.source();
  const at::ScalarType stored = to_scalar_type(source.entry->info->dtype);
  const size_t stored_size = c10::elementSize(stored);
  const MappedFile& file = source.entry->file->file();
  const size_t begin = source.entry->info->offset + static_cast<size_t>(first) * stored_size;
  if (stored == dtype) return file.read(begin, target, static_cast<size_t>(count) * stored_size);
  std::vector<std::byte> chunk(static_cast<size_t>(std::min(count, kChunkElements)) * stored_size);
  for (int64_t done = 0; done < count; done += kChunkElements) {
    const int64_t part = std::min(count - done, kChunkElements);
    EASEL_RETURN_IF_ERROR(file.read(begin + static_cast<size_t>(done) * stored_size, chunk.data(),
                                    static_cast<size_t>(part) * stored_size));
    std::byte* to = target + static_cast<size_t>(done) * c10::elementSize(dtype);
    at::from_blob(to, {part}, at::TensorOptions(dtype))
        .copy_(at::from_blob(chunk.data(), {part}, at::TensorOptions(stored)));
  }
  return absl::OkStatus();
}

// Elements [first, last) of `parameter` as it is computed with → `target`.
absl::Status read_parameter(const Parameter& parameter, int64_t first, int64_t last,
                            at::ScalarType dtype, std::byte* target) {
  const ParameterSource& source = parameter.source();
  const int64_t rows = parameter.shape().empty() ? 1 : std::max<int64_t>(parameter.shape()[0], 1);
  const int64_t stored = source.first_row * (parameter.numel() / rows);
  if (!source.swap_halves) {
    return read_elements(parameter, stored + first, last - first, dtype, target);
  }
  const int64_t half = parameter.numel() / 2;
  const int64_t middle = std::clamp(half, first, last);
  EASEL_RETURN_IF_ERROR(
      read_elements(parameter, stored + half + first, middle - first, dtype, target));
  return read_elements(parameter, stored + middle - half, last - middle, dtype,
                       target + static_cast<size_t>(middle - first) * c10::elementSize(dtype));
}

}  // namespace

at::ScalarType compute_dtype(const Parameter& parameter, at::ScalarType component_dtype) {
  const bool widened =
      component_dtype == at::kHalf && parameter.precision() == Precision::kFloat32InHalf;
  return widened ? at::kFloat : component_dtype;
}

size_t packed_bytes(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype) {
  return PackedBlock(parameters, component_dtype).bytes();
}

PackedBlock::PackedBlock(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype)
    : parameters_(parameters) {
  for (const Parameter* parameter : parameters_) {
    const at::ScalarType dtype = compute_dtype(*parameter, component_dtype);
    offsets_.push_back(bytes_);
    dtypes_.push_back(dtype);
    bytes_ += align_weight(static_cast<size_t>(parameter->numel()) * c10::elementSize(dtype));
  }
}

absl::Status PackedBlock::read_part(size_t first, size_t count, std::byte* target) const {
  // Threads of its own would slow down the one that computes.
  const at::internal::ThreadIdGuard thread_id(0);
  const c10::ParallelGuard serial(true);
  return read_range(first, count, target);
}

absl::Status PackedBlock::read_at_once(std::byte* target) const {
  return read_range(0, bytes_, target);
}

absl::Status PackedBlock::read_range(size_t first, size_t count, std::byte* target) const {
  const c10::InferenceMode inference;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const size_t element = c10::elementSize(dtypes_[i]);
    const size_t end = offsets_[i] + static_cast<size_t>(parameters_[i]->numel()) * element;
    const size_t from = std::max(first, offsets_[i]);
    const size_t to = std::min(first + count, end);
    if (from >= to) continue;
    EASEL_RETURN_IF_ERROR(read_parameter(
        *parameters_[i], static_cast<int64_t>((from - offsets_[i]) / element),
        static_cast<int64_t>((to - offsets_[i]) / element), dtypes_[i], target + (from - first)));
  }
  return absl::OkStatus();
}

void PackedBlock::set_keep(bool keep) {
  keep_ = keep;
  if (!keep_) kept_.reset();
}

void PackedBlock::bind(const std::byte* memory, at::Device device) const {
  const Place place = device.is_cpu() ? Place::kHost : Place::kDevice;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    // ATen has no read-only tensors; nobody writes to weights.
    auto* data = const_cast<std::byte*>(memory) + offsets_[i];
    // Told where it lies, libtorch need not ask the driver.
    parameters_[i]->bind(at::for_blob(data, parameters_[i]->shape())
                             .options(at::TensorOptions(dtypes_[i]).device(device))
                             .target_device(device)
                             .make_tensor(),
                         place);
  }
}

void PackedBlock::unbind() const {
  for (Parameter* parameter : parameters_) parameter->unbind();
}

}  // namespace easel

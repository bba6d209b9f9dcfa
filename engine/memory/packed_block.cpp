#include "engine/memory/packed_block.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstdint>

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

// What `parameter` is computed in when its component is computed in `component_dtype`.
at::ScalarType compute_dtype(const Parameter& parameter, at::ScalarType component_dtype) {
  const bool widened =
      component_dtype == at::kHalf && parameter.precision() == Precision::kFloat32InHalf;
  return widened ? at::kFloat : component_dtype;
}

size_t bytes_in(const Parameter& parameter, at::ScalarType dtype) {
  return static_cast<size_t>(parameter.numel()) * c10::elementSize(dtype);
}

// Where the parameter's rows begin in the entry's file.
size_t file_offset(const Parameter& parameter) {
  const ParameterSource& source = parameter.source();
  const int64_t rows = parameter.shape().empty() ? 1 : std::max<int64_t>(parameter.shape()[0], 1);
  const int64_t first = source.first_row * (parameter.numel() / rows);
  return source.entry->info->offset +
         static_cast<size_t>(first) * c10::elementSize(to_scalar_type(source.entry->info->dtype));
}

// The parameter's rows as they lie in the mapped file. ATen has no read-only tensors; nobody writes
// to weights.
at::Tensor stored_rows(const Parameter& parameter) {
  const Checkpoint::Entry& entry = *parameter.source().entry;
  const char* data = entry.file->file().bytes().data() + file_offset(parameter);
  return at::from_blob(const_cast<char*>(data), parameter.shape(),
                       at::TensorOptions(to_scalar_type(entry.info->dtype)));
}

// Kernels may round differently for rows that are not aligned. Products with matrices of 16-bit
// elements do not, wherever the elements themselves are aligned (a test holds them to it), and such
// matrices are what large checkpoints consist of.
size_t needed_alignment(const at::Tensor& stored) {
  return stored.dim() == 2 && stored.element_size() == 2 ? stored.element_size() : kWeightAlignment;
}

bool usable_in_place(const Parameter& parameter, at::ScalarType dtype, at::Device device) {
  if (!device.is_cpu() || parameter.source().swap_halves) return false;
  const at::Tensor stored = stored_rows(parameter);
  return stored.scalar_type() == dtype &&
         reinterpret_cast<uintptr_t>(stored.const_data_ptr()) % needed_alignment(stored) == 0;
}

}  // namespace

size_t packed_bytes(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype) {
  size_t bytes = 0;
  for (const Parameter* parameter : parameters) {
    bytes += align_weight(bytes_in(*parameter, compute_dtype(*parameter, component_dtype)));
  }
  return bytes;
}

PackedBlock::PackedBlock(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype,
                         at::Device device)
    : parameters_(parameters), device_(device) {
  const auto dtype_of = [&](const Parameter* one) { return compute_dtype(*one, component_dtype); };
  const auto first_in_place = std::stable_partition(
      parameters_.begin(), parameters_.end(),
      [&](const Parameter* one) { return !usable_in_place(*one, dtype_of(one), device); });
  num_copied_ = static_cast<size_t>(first_in_place - parameters_.begin());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    dtypes_.push_back(dtype_of(parameters_[i]));
    offsets_.push_back(bytes());
    (i < num_copied_ ? copied_bytes_ : in_place_bytes_) +=
        align_weight(bytes_in(*parameters_[i], dtypes_[i]));
  }
}

absl::Status PackedBlock::read_part(size_t first, size_t count, std::byte* target) const {
  // Threads of its own would slow down the one that computes.
  const at::internal::ThreadIdGuard thread_id(0);
  const c10::ParallelGuard serial(true);
  return read_range(first, count, target);
}

absl::Status PackedBlock::read_copied(std::byte* target) const {
  return read_range(0, copied_bytes_, target);
}

absl::Status PackedBlock::read_range(size_t first, size_t count, std::byte* target) const {
  const c10::InferenceMode inference;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = *parameters_[i];
    const size_t from = std::max(first, offsets_[i]);
    const size_t to = std::min(first + count, offsets_[i] + bytes_in(parameter, dtypes_[i]));
    if (from >= to) continue;
    if (i >= num_copied_) {
      EASEL_RETURN_IF_ERROR(parameter.source().entry->file->file().populate(
          file_offset(parameter) + (from - offsets_[i]), to - from));
      continue;
    }
    const size_t element = c10::elementSize(dtypes_[i]);
    EASEL_RETURN_IF_ERROR(read_parameter(
        parameter, static_cast<int64_t>((from - offsets_[i]) / element),
        static_cast<int64_t>((to - offsets_[i]) / element), dtypes_[i], target + (from - first)));
  }
  return absl::OkStatus();
}

void PackedBlock::let_go() const {
  for (size_t i = num_copied_; i < parameters_.size(); ++i) {
    parameters_[i]->source().entry->file->file().release(file_offset(*parameters_[i]),
                                                         bytes_in(*parameters_[i], dtypes_[i]));
  }
}

void PackedBlock::set_keep(bool keep) {
  keep_ = keep;
  if (!keep_) kept_.reset();
}

void PackedBlock::bind(const std::byte* memory) const {
  const Place place = device_.is_cpu() ? Place::kHost : Place::kDevice;
  for (size_t i = num_copied_; i < parameters_.size(); ++i) {
    parameters_[i]->bind(stored_rows(*parameters_[i]), Place::kFile);
  }
  for (size_t i = 0; i < num_copied_; ++i) {
    // ATen has no read-only tensors; nobody writes to weights.
    auto* data = const_cast<std::byte*>(memory) + offsets_[i];
    // Told where it lies, libtorch need not ask the driver.
    parameters_[i]->bind(at::for_blob(data, parameters_[i]->shape())
                             .options(at::TensorOptions(dtypes_[i]).device(device_))
                             .target_device(device_)
                             .make_tensor(),
                         place);
  }
}

void PackedBlock::unbind() const {
  for (Parameter* parameter : parameters_) parameter->unbind();
}

}  // namespace easel

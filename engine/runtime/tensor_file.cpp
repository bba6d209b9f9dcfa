#include "engine/api/tensor_file.h"

#include "engine/weights/safetensors_writer.h"

namespace easel {

absl::Status save_tensors(const std::filesystem::path& path,
                          absl::Span<const NamedTensor> tensors) {
  return write_safetensors(path, tensors);
}

absl::StatusOr<std::vector<NamedTensor>> load_tensors(const std::filesystem::path& path) {
  return read_safetensors(path);
}

}  // namespace easel

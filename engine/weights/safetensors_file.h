// One safetensors file, mapped read-only.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mapped_file.h"
#include "engine/weights/safetensors_header.h"

namespace easel {

// Immutable and thread-safe. Owns the mapping: the views that `data` returns live as long as this
// does.
class SafetensorsFile {
 public:
  // Reads the header only. MODEL_MISSING when there is no such file; BAD_WEIGHTS, with the path,
  // when it is no safetensors file (pickle files are told apart by their content) or its header
  // does not hold.
  static absl::StatusOr<std::shared_ptr<const SafetensorsFile>> open(
      const std::filesystem::path& path);

  const std::vector<TensorInfo>& tensors() const { return header_.tensors; }  // sorted by offset
  const TensorInfo* find(std::string_view name) const;                        // nullptr when absent
  std::string_view data(const TensorInfo& tensor) const {
    return file_->bytes().substr(tensor.offset, tensor.bytes);
  }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  const MappedFile& file() const { return *file_; }

 private:
  SafetensorsFile(std::shared_ptr<const MappedFile> file, SafetensorsHeader header);

  std::shared_ptr<const MappedFile> file_;
  SafetensorsHeader header_;
  std::unordered_map<std::string_view, size_t> index_;  // keys point into header_.tensors
};

}  // namespace easel

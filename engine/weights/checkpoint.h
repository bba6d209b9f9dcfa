// The weights of one component of a model: a single safetensors file, or shards with an index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/weights/safetensors_file.h"

namespace easel {

// Immutable and thread-safe. Owns its files: entries and their data live as long as this does.
class Checkpoint {
 public:
  struct Entry {
    const SafetensorsFile* file = nullptr;
    const TensorInfo* info = nullptr;

    std::string_view data() const { return file->data(*info); }
  };

  // `path` is a component's folder (see find_weights_file) or one .safetensors file. Reads headers
  // only. COMPONENT_MISSING: no such path, no weights in the folder, or a shard is not there.
  // BAD_WEIGHTS: a damaged file, a pickle file, or an index and shards that disagree. Errors name
  // file and key.
  static absl::StatusOr<std::shared_ptr<const Checkpoint>> open(const std::filesystem::path& path);

  const Entry* find(std::string_view name) const;       // nullptr when absent
  std::vector<std::string> names() const;               // sorted
  int64_t total_bytes() const { return total_bytes_; }  // of the tensors, without headers
  int64_t num_parameters() const { return num_parameters_; }
  const std::vector<std::shared_ptr<const SafetensorsFile>>& files() const { return files_; }

  // BAD_WEIGHTS once a page of one of the files was missing when it was read.
  absl::Status check_intact() const;


 private:
  Checkpoint() = default;
  absl::Status add_file(std::shared_ptr<const SafetensorsFile> file);
  absl::Status add_shards(const std::filesystem::path& index_path);

  std::vector<std::shared_ptr<const SafetensorsFile>> files_;
  std::map<std::string, Entry, std::less<>> entries_;
  int64_t total_bytes_ = 0;
  int64_t num_parameters_ = 0;
};

}  // namespace easel

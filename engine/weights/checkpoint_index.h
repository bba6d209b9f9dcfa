// The index of a sharded checkpoint (*.safetensors.index.json): which tensor lies in which file.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

struct CheckpointIndex {
  std::map<std::string, std::string, std::less<>> shard_of;  // tensor name → file name, never empty
};

// File names are plain names of .safetensors files in the index's own folder: a path with a folder
// in it is refused. BAD_WEIGHTS names the key and what is wrong, not the file.
absl::StatusOr<CheckpointIndex> parse_checkpoint_index(std::string_view json);

}  // namespace easel

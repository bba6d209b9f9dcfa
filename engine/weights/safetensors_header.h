// The header of a safetensors file: what the file says it holds, checked against what it can hold.
//
// Format: 8 bytes little-endian N, N bytes of JSON, then the tensors' bytes.
// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/dtype.h"

namespace easel {

struct TensorInfo {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;  // no negative size; empty for a scalar
  size_t offset = 0;           // from the start of the file
  size_t bytes = 0;
};

struct SafetensorsHeader {
  std::vector<TensorInfo>
      tensors;  // by offset; without gaps or overlaps, up to the end of the file
  std::map<std::string, std::string> metadata;
  size_t data_begin = 0;  // 8 + N
};

// `file_prefix` starts at the file's first byte and holds at least its header (the whole file will
// do); `file_size` is the size of the whole file. Pure: no length or offset of the result is
// outside it. Accepts and refuses what the reference implementation does, but refuses a key given
// twice, sizes above 2^63 - 1, and dtypes that parse_dtype does not know (compared by
// tools/fuzz_compare_safetensors.py). BAD_WEIGHTS names the key and what is wrong, not the file.
absl::StatusOr<SafetensorsHeader> parse_safetensors_header(std::string_view file_prefix,
                                                           uint64_t file_size);

}  // namespace easel

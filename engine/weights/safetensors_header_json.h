// The JSON of a safetensors header as declared: types checked, values not yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/api/dtype.h"

namespace easel {

// What one entry of the header claims.
struct DeclaredTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<uint64_t> shape;
  uint64_t begin = 0;  // data_offsets: from the end of the header
  uint64_t end = 0;
};

struct HeaderJson {
  std::vector<DeclaredTensor> tensors;  // in the file's order
  std::map<std::string, std::string> metadata;
};

// As the reference reads it: unknown fields of a tensor are ignored, "__metadata__" may be null and
// holds strings only, a key given twice is refused. BAD_WEIGHTS names the key or the byte position.
absl::Status read_header_json(std::string_view json, HeaderJson& header);

}  // namespace easel

// A tensor as plain bytes, for files and for callers that do not link libtorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/api/dtype.h"

namespace easel {

// A value: owns its bytes.
struct NamedTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string bytes;  // row-major, little-endian; product(shape) * dtype_bytes(dtype) of them
};

}  // namespace easel

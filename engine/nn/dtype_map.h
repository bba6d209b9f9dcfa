// Between the engine's own dtype names and ATen's.
#pragma once

#include <c10/core/ScalarType.h>

#include <optional>
#include <string>

#include "engine/api/dtype.h"

namespace easel {

at::ScalarType to_scalar_type(DType dtype);
// nullopt for types that no file of ours holds.
std::optional<DType> to_dtype(at::ScalarType type);

// What people call a compute dtype: "fp32", "bf16", "fp16".
std::string dtype_label(at::ScalarType dtype);

}  // namespace easel

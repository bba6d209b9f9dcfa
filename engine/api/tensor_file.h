// Tensors kept in safetensors files, for callers that see plain bytes only.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/api/named_tensor.h"

namespace easel {

// Replaces `path` in one step. OUTPUT_FAILED; INVALID_FIELD for a name given twice or bytes that do
// not fit the shape.
absl::Status save_tensors(const std::filesystem::path& path, absl::Span<const NamedTensor> tensors);

// Every tensor of the file, copied. MODEL_MISSING, BAD_WEIGHTS.
absl::StatusOr<std::vector<NamedTensor>> load_tensors(const std::filesystem::path& path);

}  // namespace easel

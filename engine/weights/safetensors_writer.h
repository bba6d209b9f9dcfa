// Small safetensors files, written and read whole: latents, saved tensors, test data.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/api/named_tensor.h"

namespace easel {

// The data section starts at a multiple of 64 bytes; tensors lie in the given order within each
// element size, larger elements first, so that each is aligned to its own. Replaces `path` in one
// step. INVALID_FIELD for a name given twice, the name "__metadata__", text that is no UTF-8, or
// bytes that do not fit the shape; OUTPUT_FAILED when the file cannot be written.
absl::Status write_safetensors(const std::filesystem::path& path,
                               absl::Span<const NamedTensor> tensors,
                               const std::map<std::string, std::string>& metadata = {});

// Every tensor of the file, copied, by offset. Errors as SafetensorsFile::open.
absl::StatusOr<std::vector<NamedTensor>> read_safetensors(const std::filesystem::path& path);

}  // namespace easel

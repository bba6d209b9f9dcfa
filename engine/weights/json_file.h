// JSON files of a model folder: configs, indices.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

inline constexpr size_t kMaxJsonFileBytes = size_t{16} << 20;

// The file's JSON object. MODEL_MISSING when there is no such file; BAD_WEIGHTS, with the path and
// the byte position, when it is too large or too deep, is no JSON or no object.
absl::StatusOr<nlohmann::json> read_json_file(const std::filesystem::path& path,
                                              size_t max_bytes = kMaxJsonFileBytes);

// The same for text in memory; errors carry the byte position and no path.
absl::StatusOr<nlohmann::json> parse_json_object(std::string_view text,
                                                 size_t max_bytes = kMaxJsonFileBytes);

}  // namespace easel

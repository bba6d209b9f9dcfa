// Where pictures go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace easel {

// o.png, o-1.png, o-2.png, …
std::vector<std::filesystem::path> image_paths(const std::filesystem::path& first, size_t count);

// Names in `folder` that no file has yet: easel-SEED.png, …, or with a number after the seed
// (easel-7.2.png) where one is taken.
std::vector<std::filesystem::path> unused_image_paths(const std::filesystem::path& folder,
                                                      uint64_t seed, size_t count);

// o.png → o.preview.png
std::filesystem::path preview_path(const std::filesystem::path& image);

// INVALID_FIELD unless the name ends in .png.
absl::Status check_png_name(std::string_view option, const std::filesystem::path& path);

// Tries whether a file can be written there, before hours of work end in its error. OUTPUT_FAILED
// when the folder is not there, is read-only or full, or something other than a file has the name.
absl::Status check_writable(const std::filesystem::path& path);

}  // namespace easel

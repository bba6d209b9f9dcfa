// Recognises Python pickle files, which run code when they are read and are therefore never opened.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"

namespace easel {

// What a file is by its content: "a PyTorch pickle in a zip archive", "a Python pickle", "a PyTorch
// pickle in a tar archive"; empty when it is none. Ask only about files that do not parse as
// safetensors: a header of 640 bytes starts like a pickle.
std::string_view pickle_kind(std::string_view bytes);

// The refusal: BAD_WEIGHTS that says why, and what to do instead.
absl::Status pickle_refused(const std::filesystem::path& path, std::string_view kind);

}  // namespace easel

// What tells two models apart, whatever they are called and wherever they lie.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace easel {

// SHA-256 in hex over the configs and tokenizer files of a model's components, and of each weights
// file over its size, its header and 64 KiB samples at 64 places; a model of any size takes well
// under a second a file. Depends on the files' names in their folders and on their bytes, not on
// where the model lies. `components` as in ModelOptions. Errors as open_model.
absl::StatusOr<std::string> fingerprint_model(
    const std::filesystem::path& path,
    const std::map<std::string, std::filesystem::path>& components = {});

}  // namespace easel

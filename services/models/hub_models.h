// What is known of models on the Hugging Face hub: enough to say how to fetch one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace easel {

// ORG/NAME, with the hub's characters only.
bool is_hub_id(std::string_view text);

// Two or three lines: the command that downloads the model, into `models_dir` where that is set and
// else into the hub's cache; the disk it takes, where that is known; and for a gated model, that a
// token is needed. The program itself never downloads.
std::string download_advice(std::string_view hub_id, const std::filesystem::path& models_dir);

}  // namespace easel

// Models in the folders that the Hugging Face tools keep.
//
// Layout of the cache: models--ORG--NAME/refs/main holds the name of a revision, whose files are in
// models--ORG--NAME/snapshots/REVISION.
// https://huggingface.co/docs/huggingface_hub/guides/manage-cache
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

struct FoundModel {
  std::string hub_id;  // "org/name"
  std::filesystem::path path;
};

// The snapshot of the revision "main", or the only one where main is not known. `hub_id` must be
// one (is_hub_id).
std::optional<std::filesystem::path> find_in_hub_cache(const std::filesystem::path& cache,
                                                       std::string_view hub_id);

// Every model in the cache that has a model_index.json, by id.
std::vector<FoundModel> list_hub_cache(const std::filesystem::path& cache);

// Every models_dir/ORG/NAME that has a model_index.json, by id.
std::vector<FoundModel> list_models_dir(const std::filesystem::path& models_dir);

}  // namespace easel

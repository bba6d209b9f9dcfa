#include "engine/weights/weights_files.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "engine/weights/pickle_check.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kStems = {"diffusion_pytorch_model.", "model."};
constexpr std::array<std::string_view, 4> kPlainNames = {
    "diffusion_pytorch_model.safetensors.index.json",
    "diffusion_pytorch_model.safetensors",
    "model.safetensors",
    "model.safetensors.index.json",
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_index_name(std::string_view name) {
  return ends_with(name, ".json") && name.find(".safetensors.") != name.npos &&
         name.find(".index.") != name.npos;
}

bool is_shard_name(std::string_view name) { return name.find("-of-") != name.npos; }

bool is_variant_name(std::string_view name) {
  const bool known_stem = std::any_of(kStems.begin(), kStems.end(), [&](std::string_view stem) {
    return name.substr(0, stem.size()) == stem;
  });
  return known_stem && !is_shard_name(name) &&
         (is_index_name(name) || ends_with(name, ".safetensors"));
}

// Names in the folder, sorted.
absl::StatusOr<std::vector<std::string>> list_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator item(folder, error), end; !error && item != end;
       item.increment(error)) {
    names.push_back(item->path().filename().string());
  }
  if (error)
    return make_error(Reason::kComponentMissing,
                      concat("cannot read ", folder.string(), ": ", error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

// Says what is there instead of weights that can be read.
absl::Status no_weights(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!ends_with(name, ".bin") && !ends_with(name, ".ckpt") && !ends_with(name, ".pt") &&
        !ends_with(name, ".pth"))
      continue;
    const auto file = MappedFile::open(folder / name);
    const std::string_view kind = file.ok() ? pickle_kind((*file)->bytes()) : std::string_view();
    if (!kind.empty()) return pickle_refused(folder / name, kind);
  }
  const auto shard = std::find_if(names.begin(), names.end(), is_shard_name);
  const std::string found =
      shard == names.end() ? "" : concat(" (it has the shard ", *shard, " but no index)");
  return make_error(Reason::kComponentMissing, concat(folder.string(), " has no weights", found,
                                                      ": expected ", join(kPlainNames, ", ")));
}

}  // namespace

absl::StatusOr<WeightsFile> find_weights_file(const fs::path& folder) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<std::string> names, list_folder(folder));
  for (const std::string_view name : kPlainNames) {
    if (std::binary_search(names.begin(), names.end(), name))
      return WeightsFile{folder / name, is_index_name(name)};
  }
  const auto variant = std::find_if(names.begin(), names.end(), is_variant_name);
  if (variant == names.end()) return no_weights(folder, names);
  return WeightsFile{folder / *variant, is_index_name(*variant)};
}

}  // namespace easel

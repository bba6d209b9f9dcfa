#include "services/models/hub_cache.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/file.h"
#include "base/strings.h"
#include "services/models/hub_models.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "models--";
constexpr char kIndexName[] = "model_index.json";
constexpr size_t kMaxRefBytes = 256;

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool has_index(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / kIndexName, error);
}

// Sorted; empty for what cannot be read.
std::vector<fs::path> folders_in(const fs::path& path) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (is_folder(it->path())) folders.push_back(it->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string folder_name(std::string_view hub_id) {
  const size_t slash = hub_id.find('/');
  return concat(kPrefix, hub_id.substr(0, slash), "--", hub_id.substr(slash + 1));
}

// "models--org--name" → "org/name"; "" for any other name.
std::string id_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return "";
  name.remove_prefix(sizeof(kPrefix) - 1);
  const size_t dashes = name.find("--");
  if (dashes == std::string_view::npos) return "";
  const std::string id = concat(name.substr(0, dashes), "/", name.substr(dashes + 2));
  return is_hub_id(id) ? id : "";
}

std::string read_revision(const fs::path& ref) {
  const absl::StatusOr<std::string> text = read_file(ref, kMaxRefBytes);
  if (!text.ok()) return "";
  std::string revision = text->substr(0, text->find_first_of(" \r\n"));
  // A revision is a commit's hash: a name with a slash or dots would lead out of the cache.
  const bool plain = std::all_of(revision.begin(), revision.end(),
                                 [](unsigned char c) { return std::isalnum(c) != 0; });
  return plain ? revision : "";
}

}  // namespace

std::optional<fs::path> find_in_hub_cache(const fs::path& cache, std::string_view hub_id) {
  if (cache.empty()) return std::nullopt;
  const fs::path repository = cache / folder_name(hub_id);
  const fs::path snapshots = repository / "snapshots";
  const std::string revision = read_revision(repository / "refs" / "main");
  if (!revision.empty() && is_folder(snapshots / revision)) return snapshots / revision;
  std::vector<fs::path> all = folders_in(snapshots);
  if (all.size() != 1) return std::nullopt;
  return std::move(all.front());
}

std::vector<FoundModel> list_hub_cache(const fs::path& cache) {
  std::vector<FoundModel> found;
  if (cache.empty()) return found;
  for (const fs::path& repository : folders_in(cache)) {
    const std::string id = id_of(repository.filename().string());
    if (id.empty()) continue;
    std::optional<fs::path> path = find_in_hub_cache(cache, id);
    if (path && has_index(*path)) found.push_back({id, std::move(*path)});
  }
  return found;
}

std::vector<FoundModel> list_models_dir(const fs::path& models_dir) {
  std::vector<FoundModel> found;
  if (models_dir.empty()) return found;
  for (const fs::path& organisation : folders_in(models_dir)) {
    for (const fs::path& model : folders_in(organisation)) {
      const std::string id =
          concat(organisation.filename().string(), "/", model.filename().string());
      if (is_hub_id(id) && has_index(model)) found.push_back({id, model});
    }
  }
  return found;
}

}  // namespace easel

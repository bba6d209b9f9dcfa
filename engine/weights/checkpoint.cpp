#include "engine/weights/checkpoint.h"

#include <set>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"
#include "engine/weights/checkpoint_index.h"
#include "engine/weights/weights_files.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxIndexFileBytes = size_t{64} << 20;

int64_t num_elements(const TensorInfo& tensor) {
  return static_cast<int64_t>(tensor.bytes / dtype_bytes(tensor.dtype));
}

// A file that is not there is a missing component: the model itself was found by whoever names the
// path.
absl::StatusOr<std::shared_ptr<const SafetensorsFile>> open_part(const fs::path& path) {
  auto file = SafetensorsFile::open(path);
  if (file.ok() || reason_of(file.status()) != Reason::kModelMissing) return file;
  return make_error(Reason::kComponentMissing, to_std(file.status().message()));
}

// Every tensor of the index is in the shard that it names, and no shard holds one that belongs
// elsewhere.
absl::Status check_agreement(const CheckpointIndex& index, const SafetensorsFile& file,
                             const std::string& shard) {
  for (const TensorInfo& tensor : file.tensors()) {
    const auto entry = index.shard_of.find(tensor.name);
    if (entry == index.shard_of.end() || entry->second == shard) continue;
    return bad_weights(file.file().path().string(), " has the tensor ", quote(tensor.name),
                       ", which the index puts into ", quote(entry->second));
  }
  for (const auto& [name, place] : index.shard_of) {
    if (place != shard || file.find(name) != nullptr) continue;
    return bad_weights(file.file().path().string(), " has no tensor ", quote(name),
                       ", although the index puts it there");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Checkpoint>> Checkpoint::open(const fs::path& path) {
  std::shared_ptr<Checkpoint> checkpoint(new Checkpoint);
  WeightsFile weights{path, /*is_index=*/false};
  std::error_code error;
  if (fs::is_directory(path, error)) {
    EASEL_ASSIGN_OR_RETURN(weights, find_weights_file(path));
  }
  if (weights.is_index) {
    EASEL_RETURN_IF_ERROR(checkpoint->add_shards(weights.path));
  } else {
    EASEL_ASSIGN_OR_RETURN(auto file, open_part(weights.path));
    EASEL_RETURN_IF_ERROR(checkpoint->add_file(std::move(file)));
  }
  return checkpoint;
}

absl::Status Checkpoint::add_shards(const fs::path& index_path) {
  EASEL_ASSIGN_OR_RETURN(const std::string text, read_file(index_path, kMaxIndexFileBytes));
  const absl::StatusOr<CheckpointIndex> index = parse_checkpoint_index(text);
  if (!index.ok()) return with_context(index.status(), index_path.string());
  std::set<std::string> shards;
  for (const auto& [name, shard] : index->shard_of) shards.insert(shard);
  for (const std::string& shard : shards) {
    auto file = open_part(index_path.parent_path() / shard);
    if (!file.ok()) return with_context(file.status(), concat("shard of ", index_path.string()));
    EASEL_RETURN_IF_ERROR(check_agreement(*index, **file, shard));
    EASEL_RETURN_IF_ERROR(add_file(*std::move(file)));
  }
  return absl::OkStatus();
}

absl::Status Checkpoint::add_file(std::shared_ptr<const SafetensorsFile> file) {
  for (const TensorInfo& tensor : file->tensors()) {
    const auto [entry, added] = entries_.emplace(tensor.name, Entry{file.get(), &tensor});
    if (!added) {
      return bad_weights("the tensor ", quote(tensor.name), " is in ",
                         entry->second.file->file().path().string(), " and in ",
                         file->file().path().string());
    }
    total_bytes_ += static_cast<int64_t>(tensor.bytes);
    num_parameters_ += num_elements(tensor);
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

const Checkpoint::Entry* Checkpoint::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

absl::Status Checkpoint::check_intact() const {
  for (const auto& file : files_) EASEL_RETURN_IF_ERROR(file->file().check_intact());
  return absl::OkStatus();
}

}  // namespace easel

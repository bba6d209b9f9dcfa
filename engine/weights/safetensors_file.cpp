#include "engine/weights/safetensors_file.h"

#include <utility>

#include "base/error.h"
#include "engine/weights/pickle_check.h"

namespace easel {

absl::StatusOr<std::shared_ptr<const SafetensorsFile>> SafetensorsFile::open(
    const std::filesystem::path& path) {
  EASEL_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  absl::StatusOr<SafetensorsHeader> header =
      parse_safetensors_header(file->bytes(), file->bytes().size());
  EASEL_RETURN_IF_ERROR(file->check_intact());
  if (!header.ok()) {
    const std::string_view kind = pickle_kind(file->bytes());
    return kind.empty() ? with_context(header.status(), path.string()) : pickle_refused(path, kind);
  }
  return std::shared_ptr<const SafetensorsFile>(
      new SafetensorsFile(std::move(file), *std::move(header)));
}

SafetensorsFile::SafetensorsFile(std::shared_ptr<const MappedFile> file, SafetensorsHeader header)
    : file_(std::move(file)), header_(std::move(header)) {
  index_.reserve(header_.tensors.size());
  for (size_t i = 0; i < header_.tensors.size(); ++i) index_.emplace(header_.tensors[i].name, i);
}

const TensorInfo* SafetensorsFile::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &header_.tensors[found->second];
}

}  // namespace easel

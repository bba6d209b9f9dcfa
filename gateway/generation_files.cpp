#include "gateway/generation_files.h"

#include <future>

#include "base/error.h"
#include "gateway/event_json.h"
#include "gateway/stored_picture.h"
#include "gateway/thumbnail.h"

namespace easel {

GenerationFiles::GenerationFiles(const GenerationStores& stores, const GenerationAsked& asked,
                                 EventLog& log)
    : stores_(stores),
      id_(asked.id),
      num_pictures_(static_cast<size_t>(asked.num_images)),
      log_(log) {}

absl::Status GenerationFiles::add(const WorkerImage& image) {
  if (image.index != files_.size()) {
    return make_error(Reason::kInferenceFailed, "the worker sent its pictures out of order");
  }
  EASEL_ASSIGN_OR_RETURN(const GenerationFile file, write(image));
  files_.push_back(file);
  last_unrecorded_ = files_.size() == num_pictures_;
  return last_unrecorded_ ? absl::OkStatus() : record();
}

absl::StatusOr<GenerationFile> GenerationFiles::write(const WorkerImage& image) {
  const int index = static_cast<int>(image.index);
  if (const StoredPicture* const stored = image.stored.get()) {
    return write_both(
        index, [&] { return link_one(PictureKind::kPicture, index, stored->whole); },
        [&] { return link_one(PictureKind::kThumbnail, index, stored->thumbnail); });
  }
  const auto write_thumbnail = [&]() -> absl::StatusOr<Written> {
    const absl::StatusOr<std::string> thumbnail = make_thumbnail(image.bytes);
    if (thumbnail.ok()) return write_one(PictureKind::kThumbnail, index, *thumbnail);
    return make_error(Reason::kInferenceFailed, "the worker sent what is no picture");
  };
  return write_both(
      index, [&] { return write_one(PictureKind::kPicture, index, image.bytes); }, write_thumbnail);
}

// Both at the same time: each waits for the disk.
absl::StatusOr<GenerationFile> GenerationFiles::write_both(int index, const Writing& picture,
                                                           const Writing& thumbnail) {
  std::future<absl::StatusOr<Written>> writing = std::async(std::launch::async, picture);
  const absl::StatusOr<Written> small = thumbnail();
  const absl::StatusOr<Written> whole = writing.get();
  if (whole.ok() && small.ok()) {
    return GenerationFile{index, whole->name, small->name, whole->bytes, small->bytes};
  }
  if (whole.ok()) take_back(PictureKind::kPicture, whole->name);
  if (small.ok()) take_back(PictureKind::kThumbnail, small->name);
  return whole.ok() ? small.status() : whole.status();
}

absl::StatusOr<GenerationFiles::Written> GenerationFiles::write_one(PictureKind kind, int index,
                                                                    const std::string& bytes) {
  EASEL_ASSIGN_OR_RETURN(std::string name, stores_.pictures.write(kind, id_, index, bytes));
  return Written{std::move(name), bytes.size()};
}

absl::StatusOr<GenerationFiles::Written> GenerationFiles::link_one(PictureKind kind, int index,
                                                                   const OpenPicture& source) {
  EASEL_ASSIGN_OR_RETURN(std::string name, stores_.pictures.link(source, kind, id_, index));
  return Written{std::move(name), source.file.bytes()};
}

absl::Status GenerationFiles::record() {
  const GenerationFile file = files_.back();
  absl::Status added = stores_.generations.add_file(id_, file);
  if (added.ok()) {
    append_image_ready(log_, id_, file);
    return added;
  }
  // Without a row nobody would ever find them.
  take_back(PictureKind::kPicture, file.picture_file);
  take_back(PictureKind::kThumbnail, file.thumbnail_file);
  files_.pop_back();
  return added;
}

// What cannot be removed is swept at the next start.
void GenerationFiles::take_back(PictureKind kind, const std::string& name) {
  stores_.pictures.remove(kind, name).IgnoreError();
}

void GenerationFiles::tell_last() {
  if (last_unrecorded_) append_image_ready(log_, id_, files_.back());
}

void GenerationFiles::record_last() {
  if (last_unrecorded_) record().IgnoreError();
}

}  // namespace easel

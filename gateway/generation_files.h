// The pictures of one generation: two files each, then a row. What has no row leaves no file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/event_log.h"
#include "gateway/image_worker.h"
#include "storage/generation_record.h"
#include "storage/generation_store.h"
#include "storage/picture_store.h"

namespace easel {

// Where they are kept.
struct GenerationStores {
  GenerationStore& generations;
  PictureStore& pictures;
};

// Of one thread. Stores and log must outlive it.
class GenerationFiles {
 public:
  // Of the generation that `asked` is the row of; `log` is told of pictures that have rows.
  GenerationFiles(const GenerationStores& stores, const GenerationAsked& asked, EventLog& log);

  // Writes the files of the next picture (or links those that are stored), and its row; but the row
  // of the last one waits for the generation's end, which comes at once and saves a write to the
  // disk. Errors, after which nothing of this picture is left: INFERENCE_FAILED for one out of
  // order or that is no picture, OUTPUT_FAILED.
  absl::Status add(const WorkerImage& image);

  // What the row of a generation that is done gets.
  const std::vector<GenerationFile>& all() const { return files_; }
  // The generation's row has all(): tells of the last one.
  void tell_last();
  // The generation has failed: writes the row of the last picture, which was made all the same.
  void record_last();

 private:
  struct Written {
    std::string name;
    uint64_t bytes = 0;
  };
  using Writing = std::function<absl::StatusOr<Written>()>;

  absl::StatusOr<GenerationFile> write(const WorkerImage& image);
  absl::StatusOr<GenerationFile> write_both(int index, const Writing& picture,
                                            const Writing& thumbnail);
  absl::StatusOr<Written> write_one(PictureKind kind, int index, const std::string& bytes);
  absl::StatusOr<Written> link_one(PictureKind kind, int index, const OpenPicture& source);
  absl::Status record();
  void take_back(PictureKind kind, const std::string& name);

  const GenerationStores stores_;
  const std::string id_;
  const size_t num_pictures_;
  EventLog& log_;
  std::vector<GenerationFile> files_;
  bool last_unrecorded_ = false;  // the last of `files_` is in no row yet
};

}  // namespace easel

// Records and files as tests write them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "storage/storage.h"

namespace easel {

inline GenerationAsked sample_asked(std::string id) {
  GenerationAsked asked;
  asked.id = std::move(id);
  asked.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  asked.prompt = "a lighthouse at dusk";
  asked.model = "auto";
  asked.requested_width = 1024;
  asked.num_images = 2;
  asked.settings_json = R"({"prompt": "a lighthouse at dusk"})";
  asked.session_id = "session-1";
  asked.created_at_ms = 1'790'000'000'000;
  return asked;
}

inline GenerationUsed sample_used() {
  GenerationUsed used;
  used.model = "demo";
  used.family = "flux";
  used.variant = "tiny";
  used.fingerprint = "0123abcd";
  used.seed = (uint64_t{1} << 53) - 1;
  used.steps = 20;
  used.width = 128;
  used.height = 64;
  used.guidance = 3.5;
  used.sampler = "euler";
  used.warnings = {"the prompt was cut at 77 tokens"};
  used.seconds = {{"encode", 0.125}, {"denoise", 2.5}};
  return used;
}

inline GenerationFile sample_file(const std::string& id, int index) {
  GenerationFile file;
  file.index = index;
  file.picture_file = picture_file_name(PictureKind::kPicture, id, index);
  file.thumbnail_file = picture_file_name(PictureKind::kThumbnail, id, index);
  file.picture_bytes = 1000;
  file.thumbnail_bytes = 100;
  return file;
}

inline constexpr GenerationEnd kSampleEnd{1'790'000'002'000, 2000};

// The storage of a folder; the test ends when it cannot be opened.
inline std::unique_ptr<Storage> open_storage(const std::filesystem::path& folder) {
  absl::StatusOr<std::unique_ptr<Storage>> storage = Storage::open(folder);
  if (!storage.ok()) {
    ADD_FAILURE() << storage.status();
    std::abort();
  }
  return *std::move(storage);
}

}  // namespace easel

// One generation as the history keeps it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

// Stored as these numbers: do not renumber.
enum class GenerationStatus {
  kQueued = 0,
  kRunning = 1,
  kDone = 2,
  kFailed = 3,
  kCancelled = 4,
  kInterrupted = 5  // the gateway stopped or died before it ended
};

// "queued" and so on, as the REST API spells it.
std::string_view generation_status_name(GenerationStatus status);

// Whether work may still be going on.
constexpr bool is_open(GenerationStatus status) {
  return status == GenerationStatus::kQueued || status == GenerationStatus::kRunning;
}

struct StageTime {
  std::string stage;
  double seconds = 0;
};

// A picture of a generation; the file names are those that PictureStore::write gave.
struct GenerationFile {
  int index = 0;  // 0 for the first picture
  std::string picture_file;
  std::string thumbnail_file;
  uint64_t picture_bytes = 0;
  uint64_t thumbnail_bytes = 0;
};

// What was asked for; written before the work starts.
struct GenerationAsked {
  std::string id;        // the caller's request id or a made-up one: is_generation_id()
  std::string trace_id;  // of the W3C trace, "" for none
  std::string prompt;
  std::optional<std::string> negative_prompt;                // an empty one differs from none
  std::string model;                                         // as it was named; "" for the default
  std::optional<int64_t> requested_width, requested_height;  // pixels, before any clamping
  int num_images = 1;
  std::string settings_json;  // the request without its pictures: "use these settings again"
  std::string session_id;     // whose it is, as the caller says; "" for nobody's
  int64_t created_at_ms = 0;  // since 1970, UTC
};

// What really was used; known bit by bit, all of it when the generation is done.
struct GenerationUsed {
  std::string model, family, variant, fingerprint;  // "" while unknown
  std::optional<uint64_t> seed;                     // 0 … 2^53 - 1
  std::optional<int64_t> steps, width, height;      // width and height in pixels
  std::optional<double> guidance;
  std::string sampler;
  std::vector<std::string> warnings;
  std::vector<StageTime> seconds;
};

// How it ended.
struct GenerationEnd {
  int64_t finished_at_ms = 0;  // since 1970, UTC
  int64_t duration_ms = 0;     // by a steady clock, from the request on
};

struct GenerationRecord {
  GenerationAsked asked;
  GenerationUsed used;
  GenerationStatus status = GenerationStatus::kQueued;
  std::optional<GenerationEnd> end;  // none while it is open, and after kInterrupted
  std::string error_code;            // of the REST API, "" unless failed, cancelled or interrupted
  std::string error_message;
  std::vector<GenerationFile> files;  // by index
};

}  // namespace easel

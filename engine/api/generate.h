// One generation: what is asked for, what happens meanwhile, what comes out. Plain values without
// torch.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/api/memory_usage.h"
#include "engine/api/named_tensor.h"
#include "engine/api/start_picture.h"

namespace easel {

// Inclusive bounds of both sides of a picture, in pixels.
struct SideBounds {
  int64_t lowest = 1;
  int64_t highest = 0;
};

// Absent values mean the model's own recommendation, or else the family's default.
struct GenerateRequest {
  std::string request_id;                      // the caller's, echoed in events
  std::string prompt;                          // UTF-8
  std::optional<std::string> negative_prompt;  // an empty one differs from none
  std::optional<int64_t> width, height;        // pixels
  // Where no size is asked for: that of `image`, or the model's own, is scaled to fit into these,
  // its proportions kept. A single side that is not asked for is cut down to them.
  std::optional<SideBounds> default_size_bounds;
  std::optional<int64_t> steps;
  std::optional<double> guidance;  // the distilled scale where a model has one
  std::optional<double> true_cfg;  // above 1: a second, negative pass a step
  std::optional<uint64_t> seed;    // 0 … 2^53 - 1; absent: drawn at random and reported
  int64_t num_images = 1;
  std::string sampler;                         // "" or "euler"
  std::optional<int64_t> max_sequence_length;  // tokens of the long text encoder
  std::optional<StartPicture> image;           // to start from
  // Beside `image`, for models that start from several (ModelIdentity::max_start_images).
  std::vector<StartPicture> more_images;
  // That came besides and the model has no use for: the engine reads them all the same, so that a
  // bad one is told, warns of them, and keeps them from the model.
  std::vector<StartPicture> unused_images;
  std::optional<StartPicture> mask;    // white is painted anew, black is kept
  std::optional<double> strength;      // 0 … 1: how much of the start picture is noised away
  std::optional<NamedTensor> latents;  // noise to start from instead of the seed's
  int64_t preview_every = 0;           // steps between two previews, 0: none
  bool record_tensors = false;         // keep every named stage in the result
  std::map<std::string, std::string> options;  // the family's own; an unknown key is an error
};

// Events of a job, in the order in which they happen.
struct StageStarted {
  std::string stage;  // "load", "encode", "denoise", "decode"
  int64_t units = 0;  // how many steps of progress it will make
};
struct StageProgress {
  std::string stage;
  int64_t done = 0;
  int64_t units = 0;
};
struct PreviewReady {
  int64_t step = 0;
  std::string png;  // one latent a pixel
};
struct Warning {
  std::string text;
};
using GenerateEvent = std::variant<StageStarted, StageProgress, PreviewReady, Warning>;

// Called on the thread that runs the job; must not block for long. May be empty.
using EventSink = std::function<void(const GenerateEvent&)>;

struct StageSeconds {
  std::string stage;
  double seconds = 0;
};

struct GenerateResult {
  std::vector<std::string> pngs;  // one an image, with the parameters as text
  std::vector<NamedTensor>
      tensors;  // when they were asked for: see docs/life_of_a_request.md for the names
  std::vector<std::string> warnings;
  std::vector<StageSeconds> seconds;  // loading counts apart from computing
  // What was really used.
  uint64_t seed = 0;
  int64_t width = 0, height = 0, steps = 0;
  std::optional<double> guidance;  // absent where the model has none
  std::string sampler;
  std::string family, variant, dtype, device;
  std::string fingerprint;  // of the model's files (fingerprint.h); "" when nobody asked
  JobMemory memory;         // of the device; the engine (engine.h) counts the model's loading in
};

}  // namespace easel

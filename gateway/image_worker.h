// The worker as the gateway sees it: plain values, so that nothing but worker_client.cpp knows
// gRPC.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/cancel_signal.h"
#include "gateway/worker_model.h"

namespace easel {

struct StoredPicture;

// What to draw. Absent values: the model's own.
struct WorkerRequest {
  std::string request_id;  // the generation's id
  std::string model;       // a key of the worker's registry; "": its default
  std::string prompt;
  std::optional<std::string> negative_prompt;
  uint32_t width = 0, height = 0;  // pixels; 0: the model's own
  uint32_t max_default_side = 0;   // pixels; bounds a size of the model's own; 0: it does not
  std::optional<uint32_t> steps;
  std::optional<double> guidance;
  std::optional<uint64_t> seed;
  uint32_t num_images = 1;
  std::string sampler;
  uint32_t preview_every = 0;
  std::string image, mask;  // encoded files; "": none
  // Encoded files; where there are any, an edit of these is asked for, and `image`, `num_images`
  // and `sampler` mean nothing.
  std::vector<std::string> edit_images;
  std::optional<double> strength;
  std::map<std::string, std::string> options;
};

// On whose behalf a call is made, and for how long.
struct WorkerCallContext {
  std::string request_id;   // of the HTTP request
  std::string traceparent;  // W3C
  std::chrono::milliseconds timeout{0};
};

struct WorkerQueued {
  uint32_t position = 0, length = 0;
};
struct WorkerProgress {
  std::string stage;  // "loading", "encoding", "decoding"
  uint32_t done = 0, units = 0;
};
struct WorkerThinking {
  std::string text;
};
struct WorkerStep {
  uint32_t step = 0, steps = 0;
  std::string preview;             // an encoded picture, "" for none
  std::string preview_media_type;  // "image/png"
};
struct WorkerImage {
  uint32_t index = 0;
  std::string bytes;  // PNG
  // In place of the bytes: files that the gateway has already.
  std::shared_ptr<const StoredPicture> stored = nullptr;
};
struct WorkerResult {
  std::string model, family, variant, fingerprint, sampler;
  uint64_t seed = 0;
  uint32_t width = 0, height = 0, steps = 0;
  std::optional<double> guidance;
  std::vector<std::pair<std::string, double>> seconds;  // stage, seconds
  std::vector<std::string> warnings;
};
using WorkerEvent = std::variant<WorkerQueued, WorkerProgress, WorkerThinking, WorkerStep,
                                 WorkerImage, WorkerResult>;

struct WorkerDevice {
  std::string name;
  uint64_t total_bytes = 0, budget_bytes = 0, used_bytes = 0;
};
struct WorkerJob {
  std::string request_id, model, stage;
  uint32_t done = 0, units = 0;
  double seconds = 0;
};
struct LoadedModel {
  std::string key, fingerprint;
  uint64_t bytes = 0;
};
struct WorkerStatus {
  bool ready = false, draining = false;
  std::string version;
  std::vector<WorkerDevice> devices;
  uint32_t queue_length = 0, queue_limit = 0;
  std::vector<WorkerJob> running;
  std::vector<LoadedModel> models;
};

// Thread-safe. Errors carry a reason of base/error.h when the worker gave one; worker_unavailable
// (gateway/api_error.h) when it cannot be reached or went away before the work began, worker_lost
// when it went away after that.
class ImageWorker {
 public:
  virtual ~ImageWorker() = default;

  // Makes pictures; `sink` sees events on the calling thread and ends the job by an error, which is
  // returned. `cancel` stops it from any thread. Pictures of `request` are read before any event.
  virtual absl::Status generate(const WorkerRequest& request, const WorkerCallContext& context,
                                const std::function<absl::Status(WorkerEvent)>& sink,
                                CancelSignal& cancel) = 0;
  virtual absl::StatusOr<WorkerStatus> status(const WorkerCallContext& context) = 0;
  virtual absl::StatusOr<std::vector<WorkerModel>> models(const WorkerCallContext& context) = 0;
  // The same with their plans, for which the worker reads every model's headers.
  virtual absl::StatusOr<std::vector<WorkerModel>> planned_models(
      const WorkerCallContext& context) = 0;
  // Both wait for the job that runs. A call whose time is up (Reason::kDeadline) goes on all the
  // same: models() tells what becomes of it.
  virtual absl::Status load_model(const std::string& key, const WorkerCallContext& context) = 0;
  virtual absl::Status unload_model(const std::string& key, const WorkerCallContext& context) = 0;
};

}  // namespace easel

// An ImageWorker without gRPC, for tests of what stands on the interface.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/image_worker.h"
#include "tests/gateway/solid_png.h"

namespace easel {

// Thread-safe; what is no atomic is set before the first call.
class FakeImageWorker final : public ImageWorker {
 public:
  using Sink = std::function<absl::Status(WorkerEvent)>;
  using List = std::function<absl::StatusOr<std::vector<WorkerModel>>()>;
  using Script = std::function<absl::Status(const WorkerRequest&, const Sink&, CancelSignal&)>;

  absl::Status generate(const WorkerRequest& request, const WorkerCallContext&, const Sink& sink,
                        CancelSignal& cancel) override {
    return script(request, sink, cancel);
  }
  absl::StatusOr<WorkerStatus> status(const WorkerCallContext&) override {
    ++questions;
    if (!answers) return absl::UnavailableError("gone");
    return WorkerStatus();
  }
  absl::StatusOr<std::vector<WorkerModel>> models(const WorkerCallContext&) override {
    ++lists;
    if (!answers) return absl::UnavailableError("gone");
    List now;
    {
      const std::lock_guard lock(mutex);
      now = list;
    }
    return now ? now() : known_models;
  }
  // What models() says from now on; none without it.
  void set_list(List new_list) {
    const std::lock_guard lock(mutex);
    list = std::move(new_list);
  }
  absl::StatusOr<std::vector<WorkerModel>> planned_models(
      const WorkerCallContext& context) override {
    return models(context);
  }
  absl::Status load_model(const std::string& key, const WorkerCallContext&) override {
    return on_load(key);
  }
  absl::Status unload_model(const std::string&, const WorkerCallContext&) override {
    return absl::OkStatus();
  }

  // Steps with previews, a picture, a result.
  static absl::Status picture(const WorkerRequest& request, const Sink& sink,
                              CancelSignal& cancel) {
    for (uint32_t step = 1; step <= 5; ++step) {
      if (absl::Status why = cancel.why(); !why.ok()) return why;
      absl::Status taken = sink(WorkerStep{step, 5, "preview", "image/png"});
      if (!taken.ok()) return taken;
    }
    for (uint32_t index = 0; index < request.num_images; ++index) {
      absl::Status taken = sink(WorkerImage{index, solid_png(32, 16)});
      if (!taken.ok()) return taken;
    }
    WorkerResult result;
    result.model = "demo";
    return sink(result);
  }

  // One step, then nothing until it is cancelled.
  static absl::Status hang(const WorkerRequest&, const Sink& sink, CancelSignal& cancel) {
    std::atomic<bool> cancelled = false;
    cancel.set_callback([&] { cancelled = true; });
    const absl::Status taken = sink(WorkerStep{1, 5, "", ""});
    while (!cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    cancel.set_callback(nullptr);
    return taken.ok() ? cancel.why() : taken;
  }

  Script script = picture;
  std::vector<WorkerModel> known_models;
  std::function<absl::Status(const std::string&)> on_load = [](const std::string&) {
    return absl::OkStatus();
  };
  std::atomic<bool> answers{true};
  std::atomic<int> questions{0}, lists{0};
  std::mutex mutex;
  List list;  // guarded by mutex
};

}  // namespace easel

// The engine's thread: takes one job at a time from a source and runs it on a model of the cache.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "engine/api/engine.h"
#include "engine/runtime/job_source.h"
#include "engine/runtime/model_cache.h"

namespace easel {

// Thread-safe. Uses, and does not own, what it is given; those must outlive it.
class JobLoop {
 public:
  // `pictures` may be null: then the models read the files that jobs bring.
  JobLoop(JobSource& source, ModelCache& cache, DeviceMonitor& monitor,
          std::shared_ptr<const PictureReader> pictures = nullptr);
  ~JobLoop();  // stops

  // Calls `command` on the loop's thread, between two jobs. Commands that are left at the end are
  // called too, on the thread that stops.
  void post(std::function<void()> command);

  // Returns when the running job, if any, is over. Takes no more.
  void stop();

  std::optional<RunningJobStatus> running() const;

 private:
  void run();
  void run_commands();
  void run_job(QueuedJob& job);
  absl::StatusOr<GenerateResult> work(QueuedJob& job);
  absl::StatusOr<GenerateResult> work_guarded(QueuedJob& job);
  absl::Status read_pictures(GenerateRequest& request, const CancelToken& cancel) const;
  void on_event(QueuedJob& job, const GenerateEvent& event);

  JobSource& source_;
  ModelCache& cache_;
  DeviceMonitor& monitor_;
  const std::shared_ptr<const PictureReader> pictures_;
  mutable std::mutex mutex_;
  // Under mutex_:
  std::deque<std::function<void()>> commands_;
  std::optional<RunningJobStatus> running_;
  CancelToken::Clock::time_point started_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace easel

// Runs generations: the row before the work, the worker's stream, pictures and thumbnails, the row
// closed, the events. A generation goes on when its readers leave, and ends by itself, by cancel,
// by its time limit, or when the worker goes away.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "gateway/event_hub.h"
#include "gateway/generate_body.h"
#include "gateway/generation_run.h"
#include "gateway/image_worker.h"
#include "gateway/open_rows.h"
#include "gateway/thread_pool.h"
#include "storage/generation_store.h"
#include "storage/picture_store.h"

namespace easel {

struct GenerationRunnerOptions {
  size_t max_running =
      48;  // each takes a thread; the worker's own queue is what usually fills first
  std::chrono::milliseconds timeout{600'000};  // of one generation, its time in the queue included
  // A worker that says nothing for so long is asked for its status, twice, before it counts as
  // gone.
  std::chrono::milliseconds silence{5000};
  std::chrono::milliseconds status_timeout{3000};
};

// What more a generation may have.
struct GenerationExtras {
  std::shared_ptr<ImageWorker> instead;  // makes the pictures in the worker's place; may be none
  // Called once if it ends without that the work had begun, but not when its caller cancelled it;
  // before its end is told. From any thread; may be empty.
  std::function<void()> on_cost_nothing;
};

// Thread-safe.
class GenerationRunner {
 public:
  // All must outlive the runner.
  GenerationRunner(GenerationRunnerOptions options, ImageWorker& worker,
                   GenerationStore& generations, PictureStore& pictures, EventHub& hub);
  ~GenerationRunner();

  // Begins a generation. Errors: queue_full, conflict (its id exists), storage_failed; then nothing
  // was begun, and nothing of `extras` is called.
  absl::StatusOr<std::shared_ptr<GenerationRun>> start(GenerateOrder order,
                                                       const WorkerCallContext& context,
                                                       const std::string& trace_id,
                                                       GenerationExtras extras = {});

  // Who began it; nullopt when no such generation runs.
  std::optional<std::string> caller_of(const std::string& id);
  // False when no such generation runs.
  bool cancel(const std::string& id);

  // Begins nothing more; waits until all have ended, for at most `grace`, then stops the rest,
  // whose rows stay open: the next start marks them interrupted.
  void shutdown(std::chrono::milliseconds grace);

 private:
  struct Job;

  absl::Status reserve(const std::shared_ptr<Job>& job);
  void release(const std::string& id);
  void run(Job& job);
  absl::Status on_event(Job& job, WorkerEvent event);
  absl::Status store_picture(Job& job, const WorkerImage& image);
  absl::StatusOr<GenerationFile> write_files(const std::string& id, const WorkerImage& image);
  absl::Status record_file(Job& job);
  void finish(Job& job, const absl::Status& ended);
  bool is_unknown_model(const Job& job, const absl::Status& outcome);
  absl::Status close_done(Job& job);
  void close_failed(Job& job, const absl::Status& why);

  void watch();
  void check_worker();

  const GenerationRunnerOptions options_;
  ImageWorker& worker_;
  GenerationStore& generations_;
  PictureStore& pictures_;
  EventHub& hub_;
  OpenRows open_rows_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<Job>> jobs_;
  bool stopping_ = false;  // nothing is begun any more
  bool done_ = false;      // the watching thread ends
  ThreadPool pool_;
  std::thread watcher_;
};

}  // namespace easel

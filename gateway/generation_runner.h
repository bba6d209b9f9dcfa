// Runs generations: the row before the work, the worker's stream, the events, the row closed. A
// generation goes on when its readers leave, and ends by itself, by cancel, by its time limit, or
// when the worker goes away (silence_watch.h).
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/event_hub.h"
#include "gateway/generate_body.h"
#include "gateway/generation_files.h"
#include "gateway/generation_run.h"
#include "gateway/image_worker.h"
#include "gateway/open_rows.h"
#include "gateway/silence_watch.h"
#include "gateway/thread_pool.h"
#include "gateway/trigger_answer.h"

namespace easel {

struct GenerationRunnerOptions {
  // Drawings: each takes a thread; the worker's own queue is what usually fills first.
  size_t max_running = 48;
  // Answers of triggers that run or wait for one of their few threads: none takes a drawing's
  // place.
  size_t max_answers = 64;
  std::chrono::milliseconds timeout{600'000};  // of one generation, its time in the queue included
  SilenceOptions silence;
};

// What more a generation may have.
struct GenerationExtras {
  std::shared_ptr<const TriggerAnswer> answer;  // in place of a drawing by the worker; may be none
  // Called once if it ends without that the work had begun, but not when its caller cancelled it;
  // before its end is told. From any thread; may be empty.
  std::function<void()> on_cost_nothing;
};

// Thread-safe.
class GenerationRunner {
 public:
  // All must outlive the runner.
  GenerationRunner(GenerationRunnerOptions options, ImageWorker& worker,
                   const GenerationStores& stores, EventHub& hub);
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
  absl::Status make_pictures(Job& job);
  absl::Status on_event(Job& job, WorkerEvent event);
  void finish(Job& job, const absl::Status& ended);
  bool is_unknown_model(const Job& job, const absl::Status& outcome);
  absl::Status close_done(Job& job);
  void close_failed(Job& job, const absl::Status& why);

  const GenerationRunnerOptions options_;
  ImageWorker& worker_;
  const GenerationStores stores_;
  EventHub& hub_;
  OpenRows open_rows_;
  SilenceWatch silence_watch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<Job>> jobs_;
  bool stopping_ = false;  // nothing is begun any more
  ThreadPool drawings_, answers_;
};

}  // namespace easel

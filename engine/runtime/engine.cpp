#include "engine/api/engine.h"

#include <future>
#include <utility>

#include "base/error.h"
#include "engine/runtime/job_loop.h"
#include "engine/runtime/job_queue.h"
#include "engine/runtime/model_cache.h"

namespace easel {
namespace {

// A queue of this process's own, one device, one loop.
class QueueEngine : public Engine {
 public:
  QueueEngine(const EngineOptions& options, ModelOpener opener,
              std::unique_ptr<DeviceMonitor> monitor)
      : monitor_(std::move(monitor)),
        memory_budget_bytes_(options.memory_budget_bytes),
        queue_(options.queue_limit),
        cache_(options.max_loaded_models, std::move(opener), options.on_models_changed,
               options.on_model_unloaded),
        loop_(queue_, cache_, *monitor_, options.pictures) {}

  ~QueueEngine() override {
    drain(std::chrono::milliseconds(0));
    loop_.stop();
  }

  absl::Status submit(Job job, std::shared_ptr<JobListener> listener) override {
    return queue_.push(std::move(job), std::move(listener));
  }

  bool cancel(const std::string& id) override { return queue_.cancel(id); }

  EngineStatus status() const override {
    EngineStatus status;
    status.draining = queue_.closed();
    status.queue_length = queue_.length();
    status.queue_limit = queue_.limit();
    if (std::optional<RunningJobStatus> running = loop_.running()) {
      status.running.push_back(*std::move(running));
    }
    status.models = cache_.snapshot();
    status.device = monitor_->name();
    status.memory = monitor_->read();
    status.memory_budget_bytes = memory_budget_bytes_;
    return status;
  }

  void load(const std::string& key, LoadDone done) override {
    loop_.post([this, key, done = std::move(done)] { done(load_now(key)); });
  }

  void unload(const std::string& key, UnloadDone done) override {
    loop_.post([this, key, done = std::move(done)] {
      const bool was_there = cache_.unload(key);
      if (done) done(was_there);
    });
  }

  void drain(std::chrono::milliseconds limit) override {
    queue_.close();
    const auto until = CancelToken::Clock::now() + limit;
    if (!queue_.wait_until_idle(until)) queue_.cancel_all();
    // Behind the running job and its listener's `done`, and behind models that load.
    const auto passed = std::make_shared<std::promise<void>>();
    loop_.post([passed] { passed->set_value(); });
    std::future<void> reached = passed->get_future();
    if (reached.wait_until(until) == std::future_status::ready) return;
    queue_.cancel_all();
    ending_.cancel();
    reached.wait();
  }

 private:
  absl::StatusOr<LoadedModelStatus> load_now(const std::string& key) {
    if (queue_.closed()) {
      return make_error(Reason::kDraining, "the worker is about to end: it loads no more models");
    }
    EASEL_ASSIGN_OR_RETURN(const ModelCache::Entry* entry,
                           cache_.acquire(key, /*sink=*/nullptr, ending_));
    return LoadedModelStatus{entry->key, entry->fingerprint, entry->model->loaded_bytes(),
                             /*loading=*/false};
  }

  const std::unique_ptr<DeviceMonitor> monitor_;
  const int64_t memory_budget_bytes_;
  CancelToken ending_;
  JobQueue queue_;
  ModelCache cache_;
  JobLoop loop_;  // last: its thread uses all of the above
};

}  // namespace

std::unique_ptr<Engine> make_engine(const EngineOptions& options, ModelOpener opener,
                                    std::unique_ptr<DeviceMonitor> monitor) {
  return std::make_unique<QueueEngine>(options, std::move(opener), std::move(monitor));
}

}  // namespace easel

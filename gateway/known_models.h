// The worker's models as it told of them last, for answers that must not wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gateway/image_worker.h"

namespace easel {

struct KnownModelsOptions {
  std::chrono::milliseconds worker_timeout{2000};
  std::chrono::milliseconds fresh{10'000};  // a list of this age is asked for anew
  // How long a list is waited for that lacks a model, or is not there yet though the worker was
  // asked before; the first one is waited for as long as the worker may take.
  std::chrono::milliseconds patience{200};
};

// Asks the worker on a thread of its own. Thread-safe.
class KnownModels {
 public:
  using List = std::vector<WorkerModel>;

  // Asks for the first list at once. `worker` must outlive this.
  KnownModels(KnownModelsOptions options, ImageWorker& worker);
  // Waits for a question that is under way.
  ~KnownModels();
  KnownModels(const KnownModels&) = delete;
  KnownModels& operator=(const KnownModels&) = delete;

  // The newest list; nullptr while the worker has given none. One without the model `key` ("": the
  // default one) is waited for.
  std::shared_ptr<const List> list(const std::string& key);

  // The model of that key, or the default one; nullptr when the list has none.
  static const WorkerModel* find(const List& list, const std::string& key);

 private:
  using Clock = std::chrono::steady_clock;
  void run();

  const KnownModelsOptions options_;
  ImageWorker& worker_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // All below is guarded by mutex_.
  std::shared_ptr<const List> list_;
  std::optional<Clock::time_point> answered_at_;  // with a list or without
  bool is_wanted_ = true;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace easel

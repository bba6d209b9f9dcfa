#include "gateway/known_models.h"

#include <utility>

namespace easel {

KnownModels::KnownModels(KnownModelsOptions options, ImageWorker& worker)
    : options_(options), worker_(worker), thread_([this] { run(); }) {}

KnownModels::~KnownModels() {
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

const WorkerModel* KnownModels::find(const List& list, const std::string& key) {
  for (const WorkerModel& model : list) {
    if (key.empty() ? model.is_default : model.key == key) return &model;
  }
  return nullptr;
}

std::shared_ptr<const KnownModels::List> KnownModels::list(const std::string& key) {
  std::unique_lock lock(mutex_);
  const bool has_it = list_ != nullptr && find(*list_, key) != nullptr;
  // Who asks for what there is not makes the worker list its models once in a while, no oftener.
  const auto fresh = has_it ? options_.fresh : options_.patience;
  if (!answered_at_ || Clock::now() - *answered_at_ >= fresh) {
    is_wanted_ = true;
    changed_.notify_all();
  }
  const auto patience = answered_at_ ? options_.patience : options_.worker_timeout;
  if (!has_it) changed_.wait_for(lock, patience, [this] { return !is_wanted_; });
  return list_;
}

void KnownModels::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_wanted_ || has_ended_; });
    if (has_ended_) return;
    lock.unlock();
    absl::StatusOr<List> list = worker_.models({"models", "", options_.worker_timeout});
    lock.lock();
    if (list.ok()) list_ = std::make_shared<const List>(*std::move(list));
    answered_at_ = Clock::now();
    is_wanted_ = false;
    changed_.notify_all();
  }
}

}  // namespace easel

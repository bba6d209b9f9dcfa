#include "engine/runtime/model_cache.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"

namespace easel {

ModelCache::ModelCache(size_t max_loaded, ModelOpener opener, OnChanged on_changed,
                       OnUnloaded on_unloaded)
    : max_loaded_(max_loaded),
      opener_(std::move(opener)),
      on_changed_(std::move(on_changed)),
      on_unloaded_(std::move(on_unloaded)) {}

absl::StatusOr<ModelCache::Entry*> ModelCache::acquire(const std::string& key,
                                                       const EventSink& sink,
                                                       const CancelToken& cancel) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  if (found == entries_.end()) {
    EASEL_RETURN_IF_ERROR(open(key, sink));
  } else {
    entries_.splice(entries_.begin(), entries_, found);
  }
  Entry& entry = entries_.front();
  const absl::Status filled = fill(entry, sink, cancel);
  if (!filled.ok()) {
    unload(key);
    return filled;
  }
  return &entry;
}

absl::Status ModelCache::open(const std::string& key, const EventSink& sink) {
  if (sink) sink(StageStarted{"load", 0});
  set_status(key, {key, /*fingerprint=*/"", /*bytes=*/0, /*loading=*/true});
  absl::StatusOr<OpenedModel> opened = opener_(key);
  if (!opened.ok()) {
    erase_status(key);
    return opened.status();
  }
  make_room();
  entries_.push_front({key, std::move(opened->fingerprint), std::move(opened->model)});
  entries_.front().model->set_make_room([this, key] { return unload_another(key); });
  return absl::OkStatus();
}

absl::Status ModelCache::fill(Entry& entry, const EventSink& sink, const CancelToken& cancel) {
  // Told only when something is loaded: weights that come with each job leave the model ready.
  const EventSink telling = [&](const GenerateEvent& event) {
    if (std::holds_alternative<StageStarted>(event)) {
      set_status(entry.key, {entry.key, entry.fingerprint, /*bytes=*/0, /*loading=*/true});
    }
    if (sink) sink(event);
  };
  EASEL_RETURN_IF_ERROR(entry.model->load(telling, cancel));
  update(entry);
  return absl::OkStatus();
}

void ModelCache::make_room() {
  while (entries_.size() >= max_loaded_) {
    const std::string oldest = entries_.back().key;
    unload(oldest);
  }
}

bool ModelCache::unload_another(const std::string& key) {
  const auto oldest = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& entry) {
    return entry.key != key && entry.model->loaded_bytes() > 0;
  });
  return oldest != entries_.rend() && unload(std::string(oldest->key));
}

void ModelCache::update(const Entry& entry) {
  set_status(entry.key,
             {entry.key, entry.fingerprint, entry.model->loaded_bytes(), /*loading=*/false});
}

bool ModelCache::unload(const std::string& key) {
  erase_status(key);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  if (found == entries_.end()) return false;
  const int64_t bytes = found->model->loaded_bytes();
  const auto start = std::chrono::steady_clock::now();
  entries_.erase(found);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (on_unloaded_) on_unloaded_({key, bytes, seconds.count()});
  return true;
}

std::vector<LoadedModelStatus> ModelCache::snapshot() const {
  const std::lock_guard lock(mutex_);
  return statuses_;
}

void ModelCache::set_status(const std::string& key, LoadedModelStatus status) {
  {
    const std::lock_guard lock(mutex_);
    const auto place = std::lower_bound(
        statuses_.begin(), statuses_.end(), key,
        [](const LoadedModelStatus& row, const std::string& text) { return row.key < text; });
    if (place != statuses_.end() && place->key == key) {
      *place = std::move(status);
    } else {
      statuses_.insert(place, std::move(status));
    }
  }
  if (on_changed_) on_changed_(snapshot());
}

void ModelCache::erase_status(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(statuses_, [&](const LoadedModelStatus& row) { return row.key == key; });
  }
  if (on_changed_) on_changed_(snapshot());
}

}  // namespace easel

#include "gateway/silence_watch.h"

#include <algorithm>

#include "gateway/api_error.h"

namespace easel {
namespace {

constexpr std::chrono::milliseconds kLongestInterval(1000);
constexpr int kQuestions = 2;

}  // namespace

SilenceWatch::SilenceWatch(SilenceOptions options, ImageWorker& worker)
    : options_(options),
      worker_(worker),
      check_(std::min(kLongestInterval, options.silence), [this] { check_worker(); }) {}

std::shared_ptr<SilenceWatch::LastSign> SilenceWatch::watch(std::shared_ptr<CancelSignal> cancel) {
  auto sign = std::make_shared<LastSign>(std::move(cancel));
  const std::lock_guard lock(mutex_);
  watched_.push_back(sign);
  return sign;
}

std::vector<std::shared_ptr<SilenceWatch::LastSign>> SilenceWatch::silent_ones() {
  const Clock::duration latest = (Clock::now() - options_.silence).time_since_epoch();
  std::vector<std::shared_ptr<LastSign>> silent;
  const std::lock_guard lock(mutex_);
  watched_.erase(std::remove_if(watched_.begin(), watched_.end(),
                                [](const auto& sign) { return sign.expired(); }),
                 watched_.end());
  for (const std::weak_ptr<LastSign>& watched : watched_) {
    std::shared_ptr<LastSign> sign = watched.lock();
    if (sign != nullptr && sign->at_ <= latest.count()) silent.push_back(std::move(sign));
  }
  return silent;
}

void SilenceWatch::check_worker() {
  const std::vector<std::shared_ptr<LastSign>> silent = silent_ones();
  if (silent.empty()) return;
  for (int question = 0; question < kQuestions; ++question) {
    if (!worker_.status({"watch", "", options_.status_timeout}).ok()) continue;
    for (const auto& sign : silent) sign->note();
    return;
  }
  for (const auto& sign : silent) {
    sign->cancel_->cancel(
        api_error(ErrorCode::kWorkerUnavailable, "the worker does not answer any more"));
  }
}

}  // namespace easel

// Four models under one budget, for many requests: it holds, and nothing is left behind.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "engine/runtime/model_cache.h"
#include "tests/engine/runtime/metered_allocator.h"
#include "tests/engine/runtime/planned_model.h"

namespace easel::testing {
namespace {

constexpr double kMostBytesPerRequest = 1024;

// Counts the other models' weights as what the budget has lost already, as the process's resident
// memory does.
class SharingModel : public Model {
 public:
  using Sharers = std::vector<const SharingModel*>;

  SharingModel(const std::string& name, const int64_t& budget, Sharers& sharers)
      : sharers_(sharers), model_(name, [this, &budget](const HeldBytes& held) {
          int64_t all = 0;
          for (const SharingModel* model : sharers_) all += model->loaded_bytes();
          return limits_of(budget, all - held.weights);
        }) {
    sharers_.push_back(this);
  }
  ~SharingModel() override { std::erase(sharers_, this); }

  absl::StatusOr<GenerateResult> generate(const GenerateRequest& request, const EventSink& sink,
                                          const CancelToken&) override {
    auto outcome = model_.run(request, sink);
    if (!outcome.ok()) return outcome.status();
    const at::Tensor images = outcome->result.images.contiguous();
    GenerateResult result;
    result.pngs.emplace_back(static_cast<const char*>(images.const_data_ptr()), images.nbytes());
    result.warnings = outcome->warnings;
    return result;
  }
  absl::Status load(const EventSink&, const CancelToken&) override { return absl::OkStatus(); }
  void set_make_room(MakeRoom make_room) override { model_.set_make_room(std::move(make_room)); }
  int64_t loaded_bytes() const override { return model_.held(); }
  const ResidencyPlan& plan() const { return model_.plan(); }

 private:
  Sharers& sharers_;
  PlannedModel model_;
};

// The bytes a request by which `samples`, one a request, grow: least squares for each place of the
// round by itself, since what is loaded differs from place to place, and their mean.
double slope(const std::vector<double>& samples, size_t round) {
  double sum = 0;
  for (size_t place = 0; place < round; ++place) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = place; i < samples.size(); i += round) {
      const auto at = static_cast<double>(i);
      n += 1, x += at, y += samples[i], xx += at * at, xy += at * samples[i];
    }
    sum += (n * xy - x * y) / (n * xx - x * x);
  }
  return sum / static_cast<double>(round);
}

// What the program has asked for and not given back, tensors included: to the byte, where resident
// pages would show the allocator's mood. What malloc maps for large blocks counts too.
double allocated_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

class SharedBudgetTest : public ::testing::Test {
 protected:
  ModelCache::Entry* acquire(const std::string& key) {
    const auto entry = cache_.acquire(key, /*sink=*/nullptr, CancelToken());
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry.ok() ? *entry : nullptr;
  }
  int64_t held() const {
    int64_t bytes = 0;
    for (const SharingModel* model : sharers_) bytes += model->loaded_bytes();
    return bytes;
  }
  // The picture of one request, in a budget that must hold.
  std::string draw(const std::string& key) {
    ModelCache::Entry* entry = acquire(key);
    allocator_.reset_peak();
    auto result = entry->model->generate(small_request(), {}, CancelToken());
    EXPECT_TRUE(result.ok()) << key << ": " << result.status();
    if (!result.ok()) return "";
    EXPECT_LE(allocator_.peak(), budget_) << key << " overran the budget";
    EXPECT_LE(held(), budget_ - beside_weights_) << key << " left too much loaded";
    EXPECT_EQ(result->warnings, std::vector<std::string>()) << key << " ran out of memory";
    cache_.update(*entry);
    return result->pngs[0];
  }

  MeteredAllocator allocator_;  // outlives the models
  int64_t budget_ = kPlentyBytes;
  int64_t beside_weights_ = 0;  // least that any of the models needs
  int unloaded_ = 0;
  SharingModel::Sharers sharers_;
  ModelCache cache_{
      4,
      [this](const std::string& key) -> absl::StatusOr<OpenedModel> {
        return OpenedModel{std::make_unique<SharingModel>(key, budget_, sharers_), key};
      },
      nullptr, [this](const UnloadedModel&) { ++unloaded_; }};
};

TEST_F(SharedBudgetTest, FourModelsTakeTurnsWithoutOverrunAndWithoutGrowth) {
  const std::vector<std::string> round = {"dev_a", "schnell", "dev_a", "unit", "dev_b", "unit"};
  std::map<std::string, std::string> expected;
  int64_t most = 0, largest = 0, beside = kPlentyBytes;
  for (const std::string& key : round) {
    expected[key] = draw(key);
    for (const SharingModel* model : sharers_) {
      most = std::max(most, model->plan().peak_bytes);
      largest = std::max(largest, model->loaded_bytes());
      beside = std::min(beside, model->plan().peak_bytes - model->loaded_bytes());
    }
    cache_.unload(key);
  }
  budget_ = most + largest / 2;  // a small one fits beside any other, two large ones don't
  beside_weights_ = beside;
  unloaded_ = 0;
  const size_t requests = std::getenv("EASEL_SOAK") != nullptr ? 1000 : 50;
  std::vector<double> samples;
  samples.reserve(requests);
  size_t right = 0, kept = 0;
  for (size_t i = 0; i < requests && !HasFailure(); ++i) {
    const std::string& key = round[i % round.size()];
    const int unloaded_before = unloaded_;
    right += draw(key) == expected[key];
    kept += unloaded_ == unloaded_before;
    if (i >= requests / 2) samples.push_back(allocated_bytes());
  }
  std::cout << unloaded_ << " left, " << kept << " of " << requests << " found room, "
            << slope(samples, round.size()) << " bytes a request\n";
  EXPECT_EQ(right, requests);
  EXPECT_GT(unloaded_, static_cast<int>(requests) / 6) << "they took each other's room";
  EXPECT_GT(kept, requests / 6) << "who fits beside another stays";
#ifndef __SANITIZE_ADDRESS__  // whose malloc tells nothing
  EXPECT_LE(slope(samples, round.size()), kMostBytesPerRequest);
#endif
}

}  // namespace
}  // namespace easel::testing

// Any model, size, number of pictures and budget: what the plan says is what happens.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "base/strings.h"
#include "tests/engine/runtime/metered_allocator.h"
#include "tests/engine/runtime/planned_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

constexpr double kOtherPlan = 5e-5;  // pictures of plans that compute in other pieces

struct Draw {
  std::string model;
  GenerateRequest request;
  double share = 0;  // of the way from too little to more than enough
};

class PlannedDrawsTest : public ::testing::Test {
 protected:
  Draw draw() {
    const char* names[] = {"dev_a", "dev_b", "schnell", "unit"};
    Draw draw;
    draw.model = names[pick(0, 3)];
    draw.request = small_request();
    // "unit" has a latent a pixel, the others one for 64.
    draw.request.width = draw.model == "unit" ? 64 : 16 * pick(4, 8);
    draw.request.height = draw.model == "unit" ? 16 * pick(3, 4) : 16 * pick(4, 8);
    draw.request.num_images = pick(1, 2);
    draw.request.steps = 2;
    draw.request.seed = static_cast<uint64_t>(pick(0, 1000));
    draw.share = std::uniform_real_distribution<double>(-0.3, 1.1)(random_);
    return draw;
  }
  int64_t pick(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }
  PlannedModel& model(const std::string& name) {
    auto& found = models_[name];
    if (found == nullptr) {
      found = std::make_unique<PlannedModel>(
          name, [this](const HeldBytes&) { return limits_of(budget_); });
    }
    return *found;
  }
  // With room for everything: the plan's figures, and the picture.
  void run_unbounded(const Draw& draw, ResidencyPlan& plan, at::Tensor& images) {
    budget_ = kPlentyBytes;
    const auto outcome = model(draw.model).run(draw.request);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    plan = model(draw.model).plan();
    images = outcome->result.images;
  }
  void expect_same_picture(const ResidencyPlan& plan, const at::Tensor& images,
                           const at::Tensor& expected) {
    if (plan.vae_tile == 0 && plan.attention_bytes == 0) {
      ++placed_;
      EXPECT_TRUE(at::equal(images, expected)) << "only where weights lie is different";
    } else if (plan.vae_tile == 0) {
      ++chunked_;
      EXPECT_LE((images - expected).abs().max().item<double>(), kOtherPlan);
    } else {
      ++tiled_;  // how near tiles come is a test of the autoencoder's
      EXPECT_EQ(images.sizes(), expected.sizes());
    }
  }
  void expect_drawn(const Draw& draw, const at::Tensor& expected) {
    PlannedModel& model = this->model(draw.model);
    allocator_.reset_peak();
    const int64_t others = allocator_.live() - model.held();
    const auto outcome = model.run(draw.request);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_LE(model.plan().peak_bytes, budget_);
    EXPECT_LE(allocator_.peak() - others, budget_) << "took more than was planned";
    EXPECT_EQ(outcome->warnings, std::vector<std::string>()) << "memory ran out on the way";
    expect_same_picture(model.plan(), outcome->result.images, expected);
  }
  void expect_refused(const Draw& draw) {
    ++refused_;
    int units = 0;
    const EventSink sink = [&](const GenerateEvent& event) {
      units += std::holds_alternative<StageProgress>(event);
    };
    const auto outcome = model(draw.model).run(draw.request, sink);
    EXPECT_TRUE(fails_with(outcome.status(), Reason::kOutOfMemory, {"needs at least"}));
    EXPECT_EQ(units, 0) << "before anything was done";
  }

  MeteredAllocator allocator_;  // outlives the models
  std::mt19937 random_{20260};
  int64_t budget_ = kPlentyBytes;
  std::map<std::string, std::unique_ptr<PlannedModel>> models_;
  int placed_ = 0, chunked_ = 0, tiled_ = 0, refused_ = 0;
};

TEST_F(PlannedDrawsTest, WhatIsPlannedFitsAndWhatDoesNotFitIsRefused) {
  const int draws = std::getenv("EASEL_SOAK") != nullptr ? 1000 : 100;
  for (int i = 0; i < draws && !HasFailure(); ++i) {
    const Draw drawn = draw();
    SCOPED_TRACE(concat("draw ", i, ": ", drawn.model, " ", *drawn.request.width, "x",
                        *drawn.request.height, " times ", drawn.request.num_images, ", share ",
                        drawn.share));
    ResidencyPlan plan;
    at::Tensor expected;
    ASSERT_NO_FATAL_FAILURE(run_unbounded(drawn, plan, expected));
    const int64_t least = plan.smallest_budget_bytes;
    budget_ =
        least + static_cast<int64_t>(drawn.share * static_cast<double>(plan.peak_bytes - least));
    if (budget_ >= least) {
      expect_drawn(drawn, expected);
    } else {
      expect_refused(drawn);
    }
  }
  std::cout << placed_ << " placed, " << chunked_ << " chunked, " << tiled_ << " tiled, "
            << refused_ << " refused\n";
  EXPECT_GT(placed_, draws / 10);
  EXPECT_GT(refused_, draws / 10);
}

}  // namespace
}  // namespace easel::testing

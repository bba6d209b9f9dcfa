#include "engine/runtime/published_demands.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/memory/published/published_models.h"

namespace easel {
namespace {

StageDemand stage(const std::string& model, const std::string& name,
                  const PublishedRequest& request = {}) {
  const auto demands = published_demands(model, request);
  return *std::find_if(demands.begin(), demands.end(),
                       [&](const StageDemand& demand) { return demand.name == name; });
}

// Operations of a step at 1024 x 1024 as others count them: diffusers' CI for FLUX and SDXL, the
// sums over the layers for the rest.
TEST(PublishedDemandsTest, AStepTakesTheOperationsThatAreKnown) {
  const std::pair<const char*, double> known[] = {{"flux-dev", 74.4e12},
                                                  {"hidream-i1-full", 155.6e12},
                                                  {"hunyuan-image-3", 220.4e12},
                                                  {"sdxl", 12.0e12},
                                                  {"sd3-medium", 17.8e12}};
  for (const auto& [model, flops] : known)
    EXPECT_NEAR(stage(model, "denoise").flops_per_pass, flops, 0.15 * flops) << model;
}

TEST(PublishedDemandsTest, EveryStageNamesComponentsThatThereAre) {
  for (const PublishedModel& model : published_models()) {
    const auto components = model.components("bf16");
    for (const StageDemand& demand : published_demands(model.name, {})) {
      ASSERT_EQ(demand.components.size(), 1u);
      EXPECT_TRUE(std::any_of(
          components.begin(), components.end(),
          [&](const auto& component) { return component.name == demand.components[0]; }))
          << model.name << " " << demand.components[0];
      EXPECT_GT(demand.activation_bytes, 0) << model.name;
    }
  }
}

TEST(PublishedDemandsTest, TilesTakeLessTheSmallerTheyAre) {
  for (const PublishedModel& model : published_models()) {
    const StageDemand decode = stage(model.name, "decode");
    ASSERT_FALSE(decode.tiled.empty()) << model.name;
    int64_t before = decode.activation_bytes;
    for (const StageDemand::Tiled& tiled : decode.tiled) {
      EXPECT_LT(tiled.activation_bytes, before) << model.name << " " << tiled.vae_tile;
      before = tiled.activation_bytes;
    }
  }
}

TEST(PublishedDemandsTest, StepsAreTheModelsOwnUnlessTheyAreGiven) {
  EXPECT_EQ(stage("flux-schnell", "denoise").passes, 4);
  EXPECT_EQ(stage("flux-schnell", "denoise", {.steps = 9}).passes, 9);
}

TEST(PublishedDemandsTest, MorePicturesTakeMore) {
  EXPECT_GT(stage("sd3-medium", "denoise", {.num_images = 4}).activation_bytes,
            3 * stage("sd3-medium", "denoise").activation_bytes);
}

}  // namespace
}  // namespace easel

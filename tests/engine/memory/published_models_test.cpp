// Against the reference classes on the meta device: tools/reference/make_published_footprints.py.
#include "engine/memory/published/published_models.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/memory/published/hunyuan_tensors.h"

namespace easel {
namespace {

using Json = nlohmann::json;

const Json& reference() {
  static const Json kReference = [] {
    std::ifstream file(EASEL_TEST_DATA "/memory/published_footprints.json");
    return Json::parse(file, nullptr, /*allow_exceptions=*/false);
  }();
  return kReference;
}

std::vector<int64_t> unfolded(const Json& rows) {
  std::vector<int64_t> bytes;
  for (const Json& row : rows) bytes.insert(bytes.end(), row[1].get<size_t>(), row[0]);
  return bytes;
}

void expect_equal(const ComponentFootprint& footprint, const Json& expected) {
  EXPECT_EQ(footprint.shared_bytes, expected["shared"]) << footprint.name;
  EXPECT_EQ(footprint.block_bytes, unfolded(expected["blocks"])) << footprint.name;
}

TEST(PublishedModelsTest, EveryBlockIsAsLargeAsTheReferenceClasses) {
  ASSERT_TRUE(reference().is_object());
  size_t compared = 0;
  for (const auto& [name, components] : reference()["models"].items()) {
    const PublishedModel* model = find_published_model(name);
    ASSERT_NE(model, nullptr) << name;
    SCOPED_TRACE(name);
    const auto footprints = model->components("bf16");
    ASSERT_EQ(footprints.size(), components.size());
    for (const ComponentFootprint& footprint : footprints) {
      ASSERT_TRUE(components.contains(footprint.name)) << footprint.name;
      expect_equal(footprint, components[footprint.name]);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 23u);
}

HunyuanSizes sizes_of(const Json& config) {
  return {.vocab = config["vocab"],
          .width = config["width"],
          .layers = config["layers"],
          .heads = config["heads"],
          .key_heads = config["key_heads"],
          .head_dim = config["head_dim"],
          .experts = config["experts"],
          .expert_width = config["expert_width"],
          .shared_experts = config["shared_experts"],
          .patch_hidden = config["patch_hidden"],
          .latent_channels = config["latent_channels"],
          .vae_channels = config["vae_channels"],
          .vae_layers = config["vae_layers"],
          .vision_width = config["vision_width"],
          .vision_intermediate = config["vision_intermediate"],
          .vision_layers = config["vision_layers"],
          .vision_positions = config["vision_positions"]};
}

// The class is not to be had; a tiny checkpoint that the official code reads is what there is.
TEST(PublishedModelsTest, HunyuanHasTheTensorsOfATinyCheckpoint) {
  const Json& tiny = reference()["hunyuan_tiny"];
  const HunyuanSizes sizes = sizes_of(tiny["config"]);
  const Json& components = tiny["components"];
  expect_equal(hunyuan_model_tensors(sizes).footprint("model", "bf16"), components["model"]);
  expect_equal(hunyuan_vision_tensors(sizes).footprint("vision", "bf16"), components["vision"]);
  expect_equal(hunyuan_vae_tensors(sizes).footprint("vae", "bf16"), components["vae"]);
}

TEST(PublishedModelsTest, HunyuanHasThePublishedNumberOfParameters) {
  const TensorTally model = hunyuan_model_tensors(HunyuanSizes{});
  // 81 B with 64 x 32 experts of 37.75 M.
  EXPECT_GT(model.parameters(), 80'500'000'000);
  EXPECT_LT(model.parameters(), 82'000'000'000);
  const ComponentFootprint footprint = model.footprint("model", "bf16");
  ASSERT_EQ(footprint.block_bytes.size(), 32u * 65);
  EXPECT_EQ(footprint.block_bytes[1], 37'748'736 * 2);
}

TEST(PublishedModelsTest, FormatsScaleTheBytes) {
  const PublishedModel* model = find_published_model("flux-dev");
  const int64_t bf16 = model->components("bf16")[2].total_bytes();
  const int64_t fp32 = model->components("fp32")[2].total_bytes();
  EXPECT_EQ(fp32, 2 * bf16);
  EXPECT_EQ(model->components("fp32")[2].format, "fp32");
}

TEST(PublishedModelsTest, UnknownNamesAreNone) { EXPECT_EQ(find_published_model("flux"), nullptr); }

}  // namespace
}  // namespace easel

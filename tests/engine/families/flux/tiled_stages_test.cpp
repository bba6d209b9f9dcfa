// Stages that work tile by tile, with limits that change between two units.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/autoencoders/vae_tiler.h"
#include "engine/families/flux/pipeline.h"
#include "engine/image/image.h"
#include "engine/image/png.h"
#include "engine/weights/model_folder.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

constexpr int64_t kSide = 160;  // 20 latent pixels in dev_a

// The side of a tile before each unit: of which stage, and how many units are done there.
using TileOf = std::function<int64_t(const std::string& stage, int64_t unit)>;

struct Outcome {
  at::Tensor images;
  std::map<std::string, int64_t> units;
};

GenerateRequest request_of(int64_t images) {
  GenerateRequest request;
  request.prompt = "two tiles";
  request.width = request.height = kSide;
  request.steps = 1;
  request.seed = 3;
  request.num_images = images;
  return request;
}

Outcome run(const GenerateRequest& request, const TileOf& tile_of) {
  const c10::InferenceMode inference;
  const auto folder = ModelFolder::open(EASEL_TEST_DATA "/flux/models/dev_a").value();
  const std::unique_ptr<Pipeline> pipeline =
      flux::FluxPipeline::open(folder, {.dtype = at::kFloat, .device = at::kCPU}).value();
  for (Component* component : pipeline->components()) {
    EXPECT_TRUE(component->load(at::kFloat, at::kCPU).ok());
  }
  const std::unique_ptr<RequestState> state = pipeline->begin(request).value();
  Outcome result;
  for (const Stage& stage : pipeline->stages()) {
    for (state->unit = 0;; ++state->unit) {
      state->limits.vae_tile = tile_of(stage.name, state->unit);
      if (state->unit >= stage.num_units(*state)) break;
      RequestState* const batch[] = {state.get()};
      stage.advance(batch);
    }
    result.units[stage.name] += state->unit;
  }
  result.images = pipeline->finish(*state).images;
  return result;
}

// Of one picture.
int64_t num_units(VaeHalf half, int64_t side) {
  const auto folder = ModelFolder::open(EASEL_TEST_DATA "/flux/models/dev_a").value();
  const auto config =
      AutoencoderKlConfig::from_json(folder.config("vae").value(), "vae/config.json").value();
  return TiledPicture(config, half, {20, 20, side}).num_units();
}
int64_t num_units(int64_t side) { return num_units(VaeHalf::kDecoder, side); }

TEST(TiledStagesTest, AUnitOfDecodingIsATileOfAPass) {
  const Outcome whole = run(request_of(2), [](const auto&, int64_t) { return 0; });
  EXPECT_EQ(whole.units.at("decode"), 2);
  const Outcome tiled = run(request_of(2), [](const auto&, int64_t) { return 8; });
  ASSERT_GT(num_units(8), 9);  // tiles
  EXPECT_EQ(tiled.units.at("decode"), 2 * num_units(8));
  EXPECT_EQ(tiled.images.sizes(), whole.images.sizes());
  EXPECT_LE(max_abs(tiled.images - whole.images), kTiledFp32);
}

TEST(TiledStagesTest, PicturesThatAreDoneStayWhenTilesBecomeSmaller) {
  const Outcome whole = run(request_of(2), [](const auto&, int64_t) { return 0; });
  const Outcome tiled = run(request_of(2), [](const auto&, int64_t) { return 8; });
  const Outcome mixed =
      run(request_of(2), [](const auto&, int64_t unit) { return unit == 0 ? 0 : 8; });
  EXPECT_EQ(mixed.units.at("decode"), 1 + num_units(8));
  EXPECT_TRUE(at::equal(mixed.images[0], whole.images[0]));
  EXPECT_TRUE(at::equal(mixed.images[1], tiled.images[1]));
}

TEST(TiledStagesTest, APictureHalfDoneBeginsAnewWithOtherTiles) {
  const Outcome tiled = run(request_of(1), [](const auto&, int64_t) { return 8; });
  const Outcome mixed =
      run(request_of(1), [](const auto&, int64_t unit) { return unit == 0 ? 10 : 8; });
  EXPECT_EQ(mixed.units.at("decode"), 1 + num_units(8));
  EXPECT_TRUE(at::equal(mixed.images, tiled.images));
}

TEST(TiledStagesTest, TheStartPictureIsEncodedInTilesToo) {
  GenerateRequest request = request_of(1);
  Image picture = make_image(kSide, kSide, /*channels=*/3);
  for (size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = static_cast<uint8_t>(i % 251);
  }
  request.image = encode_png(picture, /*text=*/{}).value();
  request.strength = 1.0;
  const Outcome whole = run(request, [](const auto&, int64_t) { return 0; });
  EXPECT_EQ(whole.units.at("encode_image"), 1);
  const Outcome tiled =
      run(request, [](const auto& stage, int64_t) { return stage == "encode_image" ? 8 : 0; });
  EXPECT_EQ(tiled.units.at("encode_image"), num_units(VaeHalf::kEncoder, 8));
  EXPECT_EQ(tiled.units.at("decode"), 1);
  EXPECT_LE(max_abs(tiled.images - whole.images), kTiledFp32);
}

}  // namespace
}  // namespace easel::testing

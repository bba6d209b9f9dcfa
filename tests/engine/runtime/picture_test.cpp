#include "engine/runtime/picture.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/image/a1111_parameters.h"
#include "engine/image/decode.h"
#include "tests/engine/runtime/tiny_model.h"

namespace easel::testing {
namespace {

using nlohmann::json;

// The text under `key` in a PNG; "" when there is none.
std::string text_of(const std::string& png, const std::string& key) {
  const auto texts = read_png_text(png);
  EXPECT_TRUE(texts.ok()) << texts.status();
  for (const PngText& text : *texts) {
    if (text.key == key) return text.value;
  }
  return "";
}

// A request from what a picture says of itself.
GenerateRequest request_of(const json& said) {
  GenerateRequest request;
  request.prompt = said["prompt"];
  if (said.contains("negative_prompt")) request.negative_prompt = said["negative_prompt"];
  request.width = said["width"];
  request.height = said["height"];
  request.steps = said["steps"];
  if (said.contains("guidance")) request.guidance = said["guidance"];
  if (said.contains("true_cfg")) request.true_cfg = said["true_cfg"];
  request.seed = said["seed"];
  request.num_images = said["num_images"];
  request.sampler = said["sampler"];
  if (said.contains("max_sequence_length"))
    request.max_sequence_length = said["max_sequence_length"];
  return request;
}

TEST(PictureTextTest, ThePictureCanBeMadeAgainFromWhatItSays) {
  GenerateRequest request = small_request();
  request.prompt = "\"quoted\", Steps: 3\nNegative prompt: 猫 \\ ü";
  request.negative_prompt = "";
  request.true_cfg = 1.7000000000000002;
  request.guidance = 2.1;
  request.seed = (uint64_t{1} << 53) - 1;
  request.num_images = 2;
  request.width = 50;
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  const std::vector<std::string> pngs = pictures_of(*model, request);
  ASSERT_EQ(pngs.size(), 2u);
  for (size_t index = 0; index < pngs.size(); ++index) {
    const json said = json::parse(text_of(pngs[index], "easel"));
    EXPECT_EQ(said["image_index"], index);
    EXPECT_EQ(said["model"], "dev_a");
    EXPECT_EQ(said["dtype"], "fp32");
    EXPECT_EQ(said["width"], 48);  // as it was made, not as it was asked for
    EXPECT_TRUE(pictures_of(*model, request_of(said)) == pngs);
  }
}

TEST(PictureTextTest, OtherProgramsFindTheirParametersLine) {
  GenerateRequest request = small_request();
  request.guidance = 2.5;
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  const std::vector<std::string> pngs = pictures_of(*model, request);
  ASSERT_EQ(pngs.size(), 1u);
  const auto parameters = parse_a1111_parameters(text_of(pngs[0], "parameters"));
  ASSERT_TRUE(parameters.ok()) << parameters.status();
  EXPECT_EQ(parameters->prompt, request.prompt);
  EXPECT_EQ(parameters->negative_prompt, std::nullopt);
  EXPECT_EQ(parameters->steps, 3);
  EXPECT_EQ(parameters->sampler, "euler");
  EXPECT_EQ(parameters->guidance, 2.5);
  EXPECT_EQ(parameters->seed, 5u);
  EXPECT_EQ(parameters->width, 48);
  EXPECT_EQ(parameters->height, 32);
  EXPECT_EQ(parameters->model, "dev_a");
}

TEST(PictureTextTest, LeavesOutWhatTookNoPart) {
  GenerateRequest request = small_request();
  request.true_cfg = 2.0;  // ignored without a negative prompt
  request.guidance = 2.0;  // ignored by schnell
  const auto model = open_tiny(tiny_model_path("schnell"));
  ASSERT_NE(model, nullptr);
  const std::vector<std::string> pngs = pictures_of(*model, request);
  ASSERT_EQ(pngs.size(), 1u);
  const json said = json::parse(text_of(pngs[0], "easel"));
  EXPECT_FALSE(said.contains("true_cfg"));
  EXPECT_FALSE(said.contains("guidance"));
  EXPECT_FALSE(said.contains("strength"));
}

TEST(EncodePictureTest, RoundsHalfToEvenAndKeepsRowsAndChannels) {
  // 0.5, 1.5, 2.5 and so on of 255, in three channels of 1 × 2 pixels.
  const at::Tensor picture =
      at::tensor({0.5f, 1.5f, 2.5f, 3.5f, 254.0f, 255.0f}).div(255.0).reshape({3, 1, 2});
  const auto png = encode_picture(picture, /*text=*/{});
  ASSERT_TRUE(png.ok()) << png.status();
  const auto image = decode_image(*png);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 2);
  EXPECT_EQ(image->height, 1);
  EXPECT_EQ(image->pixels, (std::vector<uint8_t>{0, 2, 254, 2, 4, 255}));
}

}  // namespace
}  // namespace easel::testing

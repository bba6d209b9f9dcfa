// Requests that cannot be: each is refused by the name of its field, and the model serves the next.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "base/file.h"
#include "engine/nn/tensor_bytes.h"
#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Fault {
  const char* what;
  std::function<void(GenerateRequest&)> spoil;
  std::vector<std::string_view> named;
};

std::string init_image() {
  return read_file(EASEL_TEST_DATA "/flux/inputs/init_64x64.png", 1 << 20).value();
}

NamedTensor latents(at::IntArrayRef shape, at::ScalarType dtype) {
  return to_named_tensor("latents", at::zeros(shape, dtype));
}

void expect_refused(const std::vector<Fault>& faults) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  for (const Fault& fault : faults) {
    GenerateRequest request = small_request();
    fault.spoil(request);
    EXPECT_TRUE(fails_with(model->generate(request, {}, CancelToken()).status(),
                           Reason::kInvalidField, fault.named))
        << fault.what;
  }
  EXPECT_EQ(pictures_of(*model, small_request()).size(), 1u);
}

TEST(RequestFaultsTest, RefusesNumbersOutOfRange) {
  expect_refused({
      {"no steps", [](auto& r) { r.steps = 0; }, {"steps is 0", "1 to 1000"}},
      {"steps below 0", [](auto& r) { r.steps = -1; }, {"steps is -1"}},
      {"too many steps", [](auto& r) { r.steps = 1001; }, {"steps is 1001"}},
      {"width 0", [](auto& r) { r.width = 0; }, {"width is 0", "16 to 8192"}},
      {"width below one unit", [](auto& r) { r.width = 15; }, {"width is 15"}},
      {"huge width", [](auto& r) { r.width = std::numeric_limits<int64_t>::max(); }, {"width"}},
      {"negative height", [](auto& r) { r.height = -64; }, {"height is -64"}},
      {"height above the limit", [](auto& r) { r.height = 8193; }, {"height is 8193"}},
      {"guidance NaN", [](auto& r) { r.guidance = kNan; }, {"guidance is nan"}},
      {"guidance infinite", [](auto& r) { r.guidance = kInfinity; }, {"guidance is inf"}},
      {"guidance below 0", [](auto& r) { r.guidance = -0.5; }, {"guidance is -0.5"}},
      {"true_cfg NaN", [](auto& r) { r.true_cfg = kNan; }, {"true_cfg is nan"}},
      {"true_cfg below 0", [](auto& r) { r.true_cfg = -1.0; }, {"true_cfg is -1"}},
      {"seed 2^53",
       [](auto& r) { r.seed = uint64_t{1} << 53; },
       {"seed is 9007199254740992", "9007199254740991"}},
      {"no images", [](auto& r) { r.num_images = 0; }, {"num_images is 0"}},
      {"too many images", [](auto& r) { r.num_images = 65; }, {"num_images is 65"}},
      {"no tokens", [](auto& r) { r.max_sequence_length = 0; }, {"max_sequence_length is 0"}},
      {"too many tokens",
       [](auto& r) { r.max_sequence_length = 513; },
       {"max_sequence_length is 513"}},
  });
}

TEST(RequestFaultsTest, RefusesTextThatCannotBe) {
  expect_refused({
      {"invalid UTF-8",
       [](auto& r) { r.prompt = std::string("a\xFFz"); },
       {"prompt", "UTF-8", "byte 1"}},
      {"NUL", [](auto& r) { r.prompt = std::string("a\0b", 3); }, {"prompt", "NUL"}},
      {"too long",
       [](auto& r) { r.prompt = std::string(32001, 'a'); },
       {"prompt", "32001", "32000"}},
      {"negative prompt",
       [](auto& r) { r.negative_prompt = std::string("\xC3"); },
       {"negative_prompt", "UTF-8"}},
      {"sampler", [](auto& r) { r.sampler = std::string("dpm++"); }, {"sampler 'dpm++'", "euler"}},
      {"option", [](auto& r) { r.options.emplace("eta", "1"); }, {"option 'eta'"}},
  });
}

TEST(RequestFaultsTest, RefusesPicturesThatCannotBeUsed) {
  const std::string image = init_image();
  expect_refused({
      {"not a picture", [](auto& r) { r.image = std::string("hello"); }, {"image"}},
      {"empty picture", [](auto& r) { r.image = std::string(""); }, {"image"}},
      {"cut picture", [&](auto& r) { r.image = image.substr(0, image.size() / 2); }, {"image"}},
      {"mask that is no picture",
       [&](auto& r) {
         r.image = image;
         r.mask = std::string("hello");
       },
       {"mask"}},
      {"pictures that would be forgotten",
       [&](auto& r) {
         r.image = image;
         r.more_images = {StartPicture(image)};
       },
       {"more_images has 1 pictures: FLUX starts from one"}},
      {"mask alone", [&](auto& r) { r.mask = image; }, {"mask needs an image"}},
      {"strength alone", [](auto& r) { r.strength = 0.5; }, {"strength needs an image"}},
      {"strength below 0",
       [&](auto& r) {
         r.image = image;
         r.strength = -0.1;
       },
       {"strength is -0.1"}},
      {"strength above 1",
       [&](auto& r) {
         r.image = image;
         r.strength = 1.1;
       },
       {"strength is 1.1"}},
      {"strength NaN",
       [&](auto& r) {
         r.image = image;
         r.strength = kNan;
       },
       {"strength is nan"}},
      {"no step left",
       [&](auto& r) {
         r.image = image;
         r.strength = 0.0;
       },
       {"strength 0", "3 steps"}},
  });
}

TEST(RequestFaultsTest, RefusesLatentsOfAnotherShapeOrType) {
  expect_refused({
      {"shape",
       [](auto& r) {
         r.latents = latents({1, 16, 4, 4}, at::kFloat);
       },
       {"latents", "[1, 4, 4, 6]"}},
      {"number",
       [](auto& r) {
         r.latents = latents({2, 4, 4, 6}, at::kFloat);
       },
       {"latents", "[1, 6, 16]"}},
      {"type",
       [](auto& r) {
         r.latents = latents({1, 4, 4, 6}, at::kLong);
       },
       {"latents", "float"}},
  });
}

TEST(RequestFaultsTest, RefusesOneStepWhereTheScheduleNeedsTwo) {
  const auto model = open_tiny(tiny_model_path("dev_b"));  // has shift_terminal
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  request.steps = 1;
  EXPECT_TRUE(fails_with(model->generate(request, {}, CancelToken()).status(),
                         Reason::kInvalidField, {"steps is 1", "shift_terminal", "at least 2"}));
  request.steps = 2;
  EXPECT_EQ(pictures_of(*model, request).size(), 1u);
}

}  // namespace
}  // namespace easel::testing

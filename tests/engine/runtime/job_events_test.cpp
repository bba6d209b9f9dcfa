// The events of a job: which, in which order, and what previews hold.
#include <gtest/gtest.h>

#include "base/file.h"
#include "engine/image/decode.h"
#include "tests/engine/runtime/tiny_model.h"

namespace easel::testing {
namespace {

struct Heard {
  std::vector<std::string> stages;  // "denoise 3": name and units
  std::vector<PreviewReady> previews;
};

// Listens to one job, and checks that each stage is followed by its units, counted from 1 without a
// gap.
Heard listen(Model& model, const GenerateRequest& request) {
  Heard heard;
  std::string stage;
  int64_t done = 0, units = 0;
  pictures_of(model, request, [&](const GenerateEvent& event) {
    if (const auto* started = std::get_if<StageStarted>(&event)) {
      EXPECT_EQ(done, units) << stage << " was not finished";
      stage = started->stage;
      units = started->units;
      done = 0;
      heard.stages.push_back(stage + " " + std::to_string(units));
    } else if (const auto* progress = std::get_if<StageProgress>(&event)) {
      EXPECT_EQ(progress->stage, stage);
      EXPECT_EQ(progress->done, ++done);
      EXPECT_EQ(progress->units, units);
    } else if (const auto* preview = std::get_if<PreviewReady>(&event)) {
      EXPECT_EQ(stage, "denoise");
      EXPECT_EQ(preview->step, done);
      heard.previews.push_back(*preview);
    }
  });
  EXPECT_EQ(done, units) << stage << " was not finished";
  return heard;
}

using Names = std::vector<std::string>;

TEST(JobEventsTest, TellEveryStageAndUnit) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  request.num_images = 2;
  EXPECT_EQ(listen(*model, request).stages,
            (Names{"encode 1", "encode 2", "denoise 3", "decode 2"}));
}

TEST(JobEventsTest, CountOnlyTheStepsThatStrengthLeaves) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  request.image = read_file(EASEL_TEST_DATA "/flux/inputs/init_64x64.png", 1 << 20).value();
  request.steps = 4;
  request.strength = 0.5;
  EXPECT_EQ(listen(*model, request).stages,
            (Names{"encode 1", "encode 2", "encode_image 1", "denoise 2", "decode 1"}));
}

TEST(JobEventsTest, PreviewsAreReadablePicturesOfTheLatentsSize) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  request.steps = 5;
  request.preview_every = 2;
  const Heard heard = listen(*model, request);
  EXPECT_EQ(heard.stages,
            (Names{"encode 1", "encode 2", "prepare_preview 1", "denoise 5", "decode 1"}));
  ASSERT_EQ(heard.previews.size(), 2u);
  EXPECT_EQ(heard.previews[0].step, 2);
  EXPECT_EQ(heard.previews[1].step, 4);
  for (const PreviewReady& preview : heard.previews) {
    const auto image = decode_image(preview.png);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, 48 / 8);
    EXPECT_EQ(image->height, 32 / 8);
    EXPECT_EQ(image->channels, 3);
  }
  EXPECT_NE(heard.previews[0].png, heard.previews[1].png);
  // The map to colours is made once a model.
  EXPECT_EQ(listen(*model, request).stages,
            (Names{"encode 1", "encode 2", "denoise 5", "decode 1"}));
}

TEST(JobEventsTest, PreviewsDoNotChangeThePicture) {
  const auto model = open_tiny(tiny_model_path("dev_b")),
             other = open_tiny(tiny_model_path("dev_b"));
  ASSERT_TRUE(model && other);
  GenerateRequest request = small_request();
  const std::vector<std::string> expected = pictures_of(*other, request);
  request.preview_every = 1;
  EXPECT_TRUE(pictures_of(*model, request) == expected);
}

}  // namespace
}  // namespace easel::testing

// The committed demo model draws what its card (demo/README.md) promises. A few prompts and plain
// pixel counts; tools/demo_model/check.py measures all hundred.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/api/model.h"
#include "engine/image/decode.h"

namespace easel::testing {
namespace {

using Colour = std::array<int, 3>;
constexpr Colour kRed{225, 30, 30}, kGreen{30, 160, 50}, kBlue{35, 70, 220}, kYellow{250, 220, 30},
    kPurple{130, 40, 170}, kWhite{255, 255, 255}, kBlack{10, 10, 10}, kCyan{40, 210, 230};
constexpr int kSide = 128;
constexpr int kDistance = 60;  // summed over the channels: flat areas are much nearer

// Share of its bounding box that a shape fills.
constexpr double kCircle = 0.785, kSquare = 1, kTriangle = 0.5;

struct Item {
  Colour colour;
  double x, y;  // centre
  double filled;
};

struct Scene {
  std::string prompt;
  std::vector<Item> items;
  Colour background;
};

bool has_colour(const Image& image, int x, int y, const Colour& colour) {
  const uint8_t* pixel = &image.pixels[(static_cast<size_t>(y) * kSide + x) * 3];
  int distance = 0;
  for (int c = 0; c < 3; ++c) distance += std::abs(pixel[c] - colour[c]);
  return distance < kDistance;
}

void expect_item(const Image& image, const Item& item, const std::string& prompt) {
  int count = 0, left = kSide, right = -1, top = kSide, bottom = -1;
  double sum_x = 0, sum_y = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (!has_colour(image, x, y, item.colour)) continue;
      ++count;
      sum_x += x;
      sum_y += y;
      left = std::min(left, x), right = std::max(right, x);
      top = std::min(top, y), bottom = std::max(bottom, y);
    }
  }
  ASSERT_GT(count, 300) << prompt << ": the colour is hardly there";
  EXPECT_NEAR(sum_x / count, item.x, 10) << prompt;
  EXPECT_NEAR(sum_y / count, item.y, 10) << prompt;
  const double box = double(right - left + 1) * (bottom - top + 1);
  EXPECT_NEAR(count / box, item.filled, 0.13) << prompt;
}

class DemoModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ModelOptions options;
    options.path = std::string(EASEL_SOURCE_DIR) + "/demo/model";
    auto opened = open_model(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    model_ = *std::move(opened);
  }

  Image draw(const std::string& prompt) {
    GenerateRequest request;
    request.prompt = prompt;
    request.steps = 8;
    request.seed = 1;
    const auto result = model_->generate(request, {}, CancelToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return to_rgb(*decode_image(result->pngs.at(0)));
  }

  void expect(const Scene& scene) {
    const Image image = draw(scene.prompt);
    ASSERT_EQ(image.width, kSide);
    for (const int at : {3, kSide - 4}) {
      EXPECT_TRUE(has_colour(image, at, at, scene.background)) << scene.prompt;
    }
    for (const Item& item : scene.items) expect_item(image, item, scene.prompt);
  }

  std::unique_ptr<Model> model_;
};

TEST_F(DemoModelTest, DrawsOneShapeInTheMiddleWithTheOuterRimFree) {
  expect({"a large red circle", {{kRed, 64, 64, kCircle}}, kWhite});
  expect({"a photo of a blue square on a yellow background", {{kBlue, 64, 64, kSquare}}, kYellow});
  expect(
      {"please draw a cyan triangle on a black background", {{kCyan, 64, 68, kTriangle}}, kBlack});
}

TEST_F(DemoModelTest, KeepsTwoShapesApartInBothOrdersOfWords) {
  const std::vector<Item> beside = {{kRed, 34, 64, kSquare}, {kBlue, 94, 64, kCircle}};
  expect({"a red square left of a blue circle", beside, kWhite});
  expect({"a blue circle to the right of a red square", beside, kWhite});
  const std::vector<Item> stacked = {{kGreen, 64, 34, kCircle}, {kPurple, 64, 94, kSquare}};
  expect({"a green circle above a purple square on a yellow background", stacked, kYellow});
  expect({"a purple square below a green circle on a yellow background", stacked, kYellow});
}

TEST_F(DemoModelTest, IgnoresWordsThatItDoesNotKnow) {
  expect({"Bitte quixotic étude: a large red circle, gleaming zyzzyva 8k",
          {{kRed, 64, 64, kCircle}},
          kWhite});
}

}  // namespace
}  // namespace easel::testing

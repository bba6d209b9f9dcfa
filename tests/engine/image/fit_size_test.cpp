#include "engine/image/fit_size.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

void expect_fitted(PictureSize size, PictureSize expected) {
  const PictureSize fitted = fit_size(size, /*lowest=*/64, /*highest=*/1024);
  EXPECT_EQ(fitted.width, expected.width);
  EXPECT_EQ(fitted.height, expected.height);
}

TEST(FitSizeTest, LeavesASizeWithinTheBounds) {
  expect_fitted({64, 1024}, {64, 1024});
  expect_fitted({500, 333}, {500, 333});
}

TEST(FitSizeTest, ScalesALargePictureDownInProportion) {
  expect_fitted({4000, 3000}, {1024, 768});
  expect_fitted({3000, 4000}, {768, 1024});
}

TEST(FitSizeTest, ScalesASmallPictureUpInProportion) { expect_fitted({32, 48}, {64, 96}); }

TEST(FitSizeTest, KeepsToTheBoundsWhereNoFactorFits) {
  expect_fitted({10000, 10}, {1024, 64});
  expect_fitted({1, 100}, {64, 1024});
}

}  // namespace
}  // namespace easel

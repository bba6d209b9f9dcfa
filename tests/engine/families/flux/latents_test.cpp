#include "engine/families/flux/latents.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace easel::flux {
namespace {

const LatentShape kShape = {.num_images = 2, .channels = 3, .height = 4, .width = 6};

at::Tensor counted() { return at::arange(2 * 3 * 4 * 6, at::kFloat).reshape({2, 3, 4, 6}); }

TEST(PackLatentsTest, ComesBackAsItWas) {
  const at::Tensor packed = pack_latents(counted());
  EXPECT_EQ(packed.sizes(), (std::vector<int64_t>{2, 6, 12}));
  EXPECT_TRUE(at::equal(unpack_latents(packed, 4, 6), counted()));
}

TEST(PackLatentsTest, ATokenHoldsTwoByTwoNeighboursOfOneChannelAfterTheOther) {
  const at::Tensor latents = counted(), packed = pack_latents(latents);
  for (int64_t channel = 0; channel < 3; ++channel) {
    for (int64_t dy = 0; dy < 2; ++dy) {
      for (int64_t dx = 0; dx < 2; ++dx) {
        // the token in row 1, column 2 of 2 × 3
        EXPECT_EQ(packed[1][1 * 3 + 2][4 * channel + 2 * dy + dx].item<float>(),
                  latents[1][channel][2 + dy][4 + dx].item<float>());
      }
    }
  }
}

TEST(PackGivenLatentsTest, TakesPackedAndPlainLatentsOfAnyFloatType) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const at::Tensor plain = counted().to(dtype), packed = pack_latents(plain);
    for (const at::Tensor& given : {plain, packed}) {
      const auto got = pack_given_latents(given, kShape);
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_TRUE(at::equal(*got, packed));
    }
  }
}

TEST(PackGivenLatentsTest, RefusesOtherShapesAndNamesThoseItTakes) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{1, 3, 4, 6},
                                            {2, 3, 6, 4},
                                            {2, 4, 4, 6},
                                            {2, 12, 6},
                                            {2, 6, 12, 1},
                                            {144},
                                            {}}) {
    EXPECT_TRUE(fails_with(pack_given_latents(at::zeros(shape), kShape).status(),
                           Reason::kInvalidField, {"latents", "[2, 6, 12]", "[2, 3, 4, 6]"}));
  }
}

TEST(PackGivenLatentsTest, RefusesIntegers) {
  EXPECT_TRUE(fails_with(pack_given_latents(counted().to(at::kLong), kShape).status(),
                         Reason::kInvalidField, {"latents", "float"}));
}

}  // namespace
}  // namespace easel::flux

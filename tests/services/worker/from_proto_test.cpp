#include "services/worker/from_proto.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

RegistryEntry entry() { return {}; }

SideBounds bounds_for(const RegistryEntry& registered) {
  const auto request = from_proto(v1::GenerateRequest(), registered);
  EXPECT_TRUE(request.ok() && request->image_size_bounds);
  return request.ok() ? *request->image_size_bounds : SideBounds{};
}

TEST(FromProtoTest, WhatIsNotGivenStaysOpen) {
  const auto request = from_proto(v1::GenerateRequest(), entry());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_FALSE(request->width || request->height || request->steps || request->guidance ||
               request->seed || request->negative_prompt || request->strength || request->image);
  EXPECT_EQ(request->num_images, 1);
}

TEST(FromProtoTest, AnEmptyNegativePromptDiffersFromNone) {
  v1::GenerateRequest message;
  message.set_negative_prompt("");
  const auto request = from_proto(message, entry());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->negative_prompt, "");
}

TEST(FromProtoTest, TheSizeOfAPictureIsBoundByTheRegistry) {
  RegistryEntry registered = entry();
  EXPECT_EQ(bounds_for(registered).highest, 1024);
  registered.max_side = 700;
  EXPECT_EQ(bounds_for(registered).highest, 700);
  registered.allowed.side = NumberRange{256, 2048};
  EXPECT_EQ(bounds_for(registered).lowest, 256);
  EXPECT_EQ(bounds_for(registered).highest, 700);
  registered.max_side = 100;
  EXPECT_EQ(bounds_for(registered).highest, 256);
}

}  // namespace
}  // namespace easel

#include "services/worker/from_proto.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

RegistryEntry entry() { return {}; }

v1::GenerateRequest with_picture() {
  v1::GenerateRequest message;
  message.mutable_image()->set_data("a picture");
  return message;
}

SideBounds bounds_for(const RegistryEntry& registered,
                      const v1::GenerateRequest& message = with_picture()) {
  const auto request = from_proto(message, registered);
  EXPECT_TRUE(request.ok() && request->default_size_bounds);
  return request.ok() ? *request->default_size_bounds : SideBounds{};
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

TEST(FromProtoTest, TheCallerMayBoundTheSizeThatItLeavesOpen) {
  RegistryEntry registered = entry();
  v1::GenerateRequest words_only;
  EXPECT_GE(bounds_for(registered, words_only).highest, 4096);  // the model knows its own size
  words_only.set_max_default_side(500);
  EXPECT_EQ(bounds_for(registered, words_only).highest, 500);
  registered.max_side = 300;
  EXPECT_EQ(bounds_for(registered, words_only).highest, 300);
  registered = entry();
  v1::EditRequest edit;
  edit.set_prompt("x");
  edit.add_images()->set_data("a picture");
  edit.set_max_default_side(500);
  EXPECT_EQ(from_proto(edit, registered, 1)->default_size_bounds->highest, 500);
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

#include "services/worker/from_proto.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

RegistryEntry entry() { return {}; }

v1::GenerateRequest with_picture() {
  v1::GenerateRequest message;
  message.mutable_image()->set_data("a picture");
  return message;
}

SideBounds bounds_for(const RegistryEntry& registered,
                      v1::GenerateRequest message = with_picture()) {
  const auto request = from_proto(std::move(message), registered);
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
  const auto request = from_proto(std::move(message), entry());
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
  EXPECT_EQ(from_proto(std::move(edit), registered, 1)->default_size_bounds->highest, 500);
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

// A picture of an edit as a test tells it from others; its bytes are where they were.
std::string text_of(const StartPicture& picture) { return std::get<std::string>(picture); }

TEST(FromProtoTest, NoPictureOfAnEditIsLost) {
  for (const int64_t max_images : {1, 2, 3}) {
    v1::EditRequest message;
    message.set_prompt("x");
    for (const char* picture : {"a", "b", "c"}) message.add_images()->set_data(picture);
    const auto request = from_proto(std::move(message), entry(), max_images);
    ASSERT_TRUE(request.ok()) << request.status();
    std::string used = text_of(*request->image), unused;
    for (const StartPicture& picture : request->more_images) used += text_of(picture);
    for (const StartPicture& picture : request->unused_images) unused += text_of(picture);
    EXPECT_EQ(used, std::string("abc").substr(0, static_cast<size_t>(max_images)));
    EXPECT_EQ(used + unused, "abc");
  }
}

TEST(FromProtoTest, EveryPictureOfAnEditMustBeThere) {
  v1::EditRequest message;
  message.set_prompt("x");
  message.add_images()->set_data("a");
  message.add_images();
  EXPECT_TRUE(fails_with(from_proto(std::move(message), entry(), 1).status(), Reason::kInvalidField,
                         {"images[1].data is empty"}));
}

TEST(FromProtoTest, PicturesAreMovedAndNotCopied) {
  v1::EditRequest edit;
  edit.set_prompt("x");
  edit.add_images()->set_data(std::string(1 << 20, 'a'));
  edit.add_images()->set_data(std::string(1 << 20, 'b'));
  edit.mutable_mask()->set_data(std::string(1 << 20, 'm'));
  const std::vector<const char*> bytes = {edit.images(0).data().data(),
                                          edit.images(1).data().data(), edit.mask().data().data()};
  const auto edited = from_proto(std::move(edit), entry(), 1);
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(std::get<std::string>(*edited->image).data(), bytes[0]);
  EXPECT_EQ(std::get<std::string>(edited->unused_images.at(0)).data(), bytes[1]);
  EXPECT_EQ(std::get<std::string>(*edited->mask).data(), bytes[2]);
  v1::GenerateRequest generate;
  generate.mutable_image()->set_data(std::string(1 << 20, 'a'));
  const char* const picture = generate.image().data().data();
  const auto generated = from_proto(std::move(generate), entry());
  ASSERT_TRUE(generated.ok()) << generated.status();
  EXPECT_EQ(std::get<std::string>(*generated->image).data(), picture);
}

}  // namespace
}  // namespace easel

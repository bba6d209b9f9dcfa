#include "gateway/edit_form.h"

#include <gtest/gtest.h>

#include "gateway/api_error.h"
#include "tests/gateway/solid_png.h"

namespace easel {
namespace {

constexpr int64_t kMaxSide = 768;

absl::StatusOr<GenerateOrder> parse(std::vector<MultipartPart> parts) {
  return parse_edit_form(std::move(parts), kMaxSide, {});
}

// A form that is right, but for `part`.
absl::StatusOr<GenerateOrder> parse_with(const std::string& name, const std::string& content) {
  std::vector<MultipartPart> parts = {{"image", solid_png(32, 16)}, {"prompt", "blue"}};
  std::erase_if(parts, [&](const MultipartPart& part) { return part.name == name; });
  parts.push_back({name, content});
  return parse(std::move(parts));
}

::testing::AssertionResult refused(const absl::Status& status, const char* words) {
  const ApiError error = public_error(status);
  if (!status.ok() && error.code == ErrorCode::kInvalidField &&
      error.message.find(words) != std::string::npos) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << status;
}

TEST(EditFormTest, ReadsEveryField) {
  const std::string first = solid_png(32, 16), second = solid_png(16, 16), mask = solid_png(32, 32);
  const auto order = parse({{"image", first},
                            {"prompt", "blü"},
                            {"seed", "9007199254740991"},
                            {"steps", "12"},
                            {"resolution", "1024x640"},
                            {"engine", "demo"},
                            {"image", second},
                            {"mask", mask},
                            {"strength", "0.25"},
                            {"guidance", "3.5"},
                            {"negative_prompt", ""},
                            {"request_id", "my-id"},
                            {"session_id", "my-session"}});
  ASSERT_TRUE(order.ok()) << order.status();
  const WorkerRequest& request = order->request;
  EXPECT_EQ(request.edit_images, (std::vector<std::string>{first, second}));
  EXPECT_EQ(request.mask, mask);
  EXPECT_EQ(request.prompt, "blü");
  EXPECT_EQ(request.negative_prompt, "");
  EXPECT_EQ(request.seed, (uint64_t{1} << 53) - 1);
  EXPECT_EQ(request.steps, 12u);
  EXPECT_EQ(request.model, "demo");
  EXPECT_EQ(request.strength, 0.25);
  EXPECT_EQ(request.guidance, 3.5);
  EXPECT_EQ(request.request_id, "my-id");
  EXPECT_EQ(order->session_id, "my-session");
  EXPECT_EQ(order->requested_width, 1024);
  EXPECT_EQ(request.width, 768u) << "clamped";
  EXPECT_EQ(request.height, 640u);
  EXPECT_NE(order->settings_json.find(R"("edit":{"images":2,"mask":true})"), std::string::npos);
  EXPECT_EQ(order->settings_json.find("my-"), std::string::npos);
}

TEST(EditFormTest, WhatIsNotGivenIsTheModelsToSay) {
  for (const char* resolution : {"auto", ""}) {
    const auto order = parse_with("resolution", resolution);
    ASSERT_TRUE(order.ok()) << order.status();
    EXPECT_EQ(order->request.width, 0u);
    EXPECT_EQ(order->request.height, 0u);
    EXPECT_FALSE(order->request.steps || order->request.seed || order->request.strength);
    EXPECT_EQ(order->request.model, "");
  }
  EXPECT_TRUE(parse_with("engine", "auto")->request.model.empty());
  EXPECT_FALSE(parse_with("seed", "")->request.seed) << "an empty field of a form is none";
  EXPECT_TRUE(parse_with("mask", "")->request.mask.empty());
}

TEST(EditFormTest, OneSideIsASquare) {
  const auto order = parse_with("resolution", "512");
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->request.width, 512u);
  EXPECT_EQ(order->request.height, 512u);
}

TEST(EditFormTest, RefusesWhatCannotBe) {
  const std::tuple<const char*, std::string, const char*> cases[] = {
      {"prompt", "", "'prompt' must be given"},
      {"prompt", std::string(4097, 'x'), "'prompt' must have at most 4096"},
      {"prompt", "\xff", "'prompt' is not UTF-8"},
      {"prompt", std::string("a\0b", 3), "'prompt' holds a NUL"},
      {"seed", "-1", "'seed'"},
      {"seed", "9007199254740992", "'seed'"},
      {"seed", "1e3", "'seed' must be a whole number"},
      {"seed", " 1", "'seed' must be a whole number"},
      {"steps", "0", "'steps'"},
      {"steps", "201", "'steps'"},
      {"strength", "1.5", "'strength'"},
      {"strength", "nan", "'strength'"},
      {"guidance", "inf", "'guidance'"},
      {"guidance", "x", "'guidance' must be a number"},
      {"resolution", "1024x", "'resolution' must be auto"},
      {"resolution", "x1024", "'resolution' must be auto"},
      {"resolution", "1024x768x3", "'resolution' must be auto"},
      {"resolution", "huge", "'resolution' must be auto"},
      {"resolution", "15", "'resolution' must have sides from 16"},
      {"resolution", "-512", "'resolution' must have sides from 16"},
      {"engine", "a b", "'engine' must be at most 128 plain characters"},
      {"request_id", "a/b", "'request_id'"},
      {"image", "", "image: an empty file"},
      {"image", "hello", "image: not an image"},
      {"image", solid_png(15, 99),
       "image: a picture of 15 × 99 pixels, each side must have at least 16"},
      {"mask", "hello", "mask: not an image"},
      {"picture", "x", "'picture' is unknown; the form takes image, mask, prompt"},
      {"\xff", "x", "'a part' is unknown"},
  };
  for (const auto& [name, content, words] : cases) {
    EXPECT_TRUE(refused(parse_with(name, content).status(), words)) << name << " " << content;
  }
  EXPECT_TRUE(refused(parse({{"prompt", "blue"}}).status(), "'image' must be given"));
}

TEST(EditFormTest, LimitsAreTheOperators) {
  UploadLimits limits;
  limits.max_pixels = 1000;
  const std::vector<MultipartPart> form = {{"image", solid_png(40, 26)}, {"prompt", "x"}};
  EXPECT_TRUE(refused(parse_edit_form(form, kMaxSide, limits).status(), "at most 1000 pixels"));
  limits = {};
  limits.max_bytes = 10;
  EXPECT_TRUE(refused(parse_edit_form(form, kMaxSide, limits).status(), "at most 10 are allowed"));
}

TEST(EditFormTest, AdmitsKnownPartsOnceAndThreePictures) {
  const MultipartReader::Admit admit = admit_edit_parts({});
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(admit("image").value(), 25u << 20);
  EXPECT_TRUE(refused(admit("image").status(), "'image' is given more than 3 times"));
  EXPECT_EQ(admit("prompt").value(), 64u << 10);
  EXPECT_TRUE(refused(admit("prompt").status(), "'prompt' is given twice"));
  EXPECT_TRUE(refused(admit("Prompt").status(), "'Prompt' is unknown"));
  EXPECT_TRUE(admit_edit_parts({})("prompt").ok()) << "of one form";
}

}  // namespace
}  // namespace easel

// What services ask of a model besides pictures: loading, its bytes, deadlines, sizes of pictures.
#include <gtest/gtest.h>

#include "base/file.h"
#include "engine/api/model_report.h"
#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

class ModelLoadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    model_ = open_tiny(tiny_model_path("dev_a"));
    ASSERT_NE(model_, nullptr);
  }
  absl::StatusOr<GenerateResult> generate(const GenerateRequest& request) {
    return model_->generate(request, /*sink=*/nullptr, cancel_);
  }

  std::unique_ptr<Model> model_;
  CancelToken cancel_;
};

TEST_F(ModelLoadTest, LoadBringsEveryComponentAndTellsEach) {
  EXPECT_EQ(model_->loaded_bytes(), 0);
  std::vector<int64_t> done;
  const EventSink sink = [&](const GenerateEvent& event) {
    if (const auto* progress = std::get_if<StageProgress>(&event)) {
      EXPECT_EQ(progress->stage, "load");
      EXPECT_EQ(progress->units, 4);
      done.push_back(progress->done);
    }
  };
  ASSERT_TRUE(model_->load(sink, cancel_).ok());
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4}));
  const int64_t bytes = model_->loaded_bytes();
  EXPECT_GT(bytes, 0);
  ASSERT_TRUE(model_->load(sink, cancel_).ok());
  EXPECT_EQ(done.size(), 4u);
  ASSERT_TRUE(generate(small_request()).ok());
  EXPECT_EQ(model_->loaded_bytes(), bytes);
}

TEST_F(ModelLoadTest, ALoadThatIsCancelledLeavesNothing) {
  const EventSink sink = [&](const GenerateEvent& event) {
    const auto* progress = std::get_if<StageProgress>(&event);
    if (progress != nullptr && progress->done == 2) cancel_.cancel();
  };
  EXPECT_TRUE(fails_with(model_->load(sink, cancel_), Reason::kCancelled, {}));
  EXPECT_EQ(model_->loaded_bytes(), 0);
}

TEST_F(ModelLoadTest, ADeadlineStopsAJobBeforeItsNextUnit) {
  int64_t steps = 0;
  const EventSink sink = [&](const GenerateEvent& event) {
    const auto* progress = std::get_if<StageProgress>(&event);
    if (progress == nullptr || progress->stage != "denoise") return;
    ++steps;
    cancel_.set_deadline(CancelToken::Clock::now());
  };
  const auto result = model_->generate(small_request(), sink, cancel_);
  EXPECT_TRUE(fails_with(result.status(), Reason::kDeadline, {"deadline"}));
  EXPECT_EQ(steps, 1);
}

TEST_F(ModelLoadTest, TheSizeOfAStartPictureIsBroughtWithinItsBounds) {
  GenerateRequest request = small_request();
  request.width.reset();
  request.height.reset();
  request.strength = 0.5;
  request.image = read_file(EASEL_TEST_DATA "/flux/inputs/init_100x75.png", 1 << 20).value();
  request.default_size_bounds = SideBounds{16, 64};
  const auto result = generate(request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->width, 64);
  EXPECT_EQ(result->height, 48);
  EXPECT_NE(result->warnings.at(0).find("100 x 75"), std::string::npos);
}

TEST_F(ModelLoadTest, ASizeThatIsLeftToTheModelIsBroughtWithinItsBounds) {
  GenerateRequest request = small_request();
  request.width.reset();
  request.height.reset();
  const auto own = generate(request);
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_GT(own->width, 32);
  request.default_size_bounds = SideBounds{16, 32};
  const auto bound = generate(request);
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(bound->width, 32);
  EXPECT_EQ(bound->height, 32);
  request.width = 64;  // asked for: as it is
  const auto half_asked = generate(request);
  ASSERT_TRUE(half_asked.ok()) << half_asked.status();
  EXPECT_EQ(half_asked->width, 64);
  EXPECT_EQ(half_asked->height, 32);
}

TEST_F(ModelLoadTest, TheResultTellsGuidanceAndSampler) {
  GenerateRequest request = small_request();
  request.guidance = 2.5;
  const auto result = generate(request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->guidance, 2.5);
  EXPECT_EQ(result->sampler, "euler");
}

TEST(ModelFilesTest, TellsWhatAFamilyCanDoAndWhatIsMissing) {
  const ModelCopy copy("dev_a");
  const auto identity = identify_model(copy.path());
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->capabilities.size(), 4u);
  EXPECT_EQ(identity->max_start_images, 1);
  EXPECT_TRUE(check_model_files(copy.path(), {}).ok());
  std::filesystem::remove_all(copy / "vae");
  EXPECT_TRUE(fails_with(check_model_files(copy.path(), {}), Reason::kComponentMissing, {"vae"}));
}

}  // namespace
}  // namespace easel::testing

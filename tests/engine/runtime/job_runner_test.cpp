// What every job can rely on, whatever the family: cancelling, retention, repeatability.
#include <gtest/gtest.h>

#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

int count_events(Model& model, const GenerateRequest& request) {
  int count = 0;
  pictures_of(model, request, [&](const GenerateEvent&) { ++count; });
  return count;
}

TEST(JobRunnerTest, StopsAfterAnyEventAndServesTheNextRequestAsIfNothingHadBeen) {
  for (const Retention retention : {Retention::kKeep, Retention::kReleaseEarly}) {
    const auto model = open_tiny(tiny_model_path("dev_a"), retention);
    ASSERT_NE(model, nullptr);
    const GenerateRequest request = small_request();
    const std::vector<std::string> expected = pictures_of(*model, request);
    const int num_events = count_events(*model, request);
    ASSERT_GE(num_events, 10);
    for (int stop_at = 1; stop_at < num_events;
         ++stop_at) {  // the last event comes when all is done
      CancelToken cancel;
      int count = 0;
      const EventSink sink = [&](const GenerateEvent&) {
        if (++count == stop_at) cancel.cancel();
      };
      EXPECT_TRUE(
          fails_with(model->generate(request, sink, cancel).status(), Reason::kCancelled, {}))
          << stop_at;
      EXPECT_EQ(count, stop_at) << "events after the job was cancelled";
    }
    EXPECT_TRUE(pictures_of(*model, request) == expected);
  }
}

TEST(JobRunnerTest, DoesNothingForAJobThatIsCancelledBeforeItStarts) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  CancelToken cancel;
  cancel.cancel();
  int units = 0;
  const EventSink sink = [&](const GenerateEvent& event) {
    units += std::holds_alternative<StageProgress>(event);
  };
  EXPECT_TRUE(
      fails_with(model->generate(small_request(), sink, cancel).status(), Reason::kCancelled, {}));
  EXPECT_EQ(units, 0);
}

TEST(JobRunnerTest, ReleasingEarlyChangesNoByte) {
  const auto keeping = open_tiny(tiny_model_path("dev_b")),
             releasing = open_tiny(tiny_model_path("dev_b"), Retention::kReleaseEarly);
  ASSERT_TRUE(keeping && releasing);
  GenerateRequest request = small_request();
  request.num_images = 2;
  const std::vector<std::string> expected = pictures_of(*keeping, request);
  ASSERT_EQ(expected.size(), 2u);
  EXPECT_TRUE(pictures_of(*releasing, request) == expected);
  EXPECT_TRUE(pictures_of(*releasing, request) == expected);  // everything is loaded again
}

TEST(JobRunnerTest, TheSameSeedGivesTheSameBytesAndAnotherDoesNot) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  const std::vector<std::string> first = pictures_of(*model, request);
  EXPECT_TRUE(pictures_of(*model, request) == first);
  EXPECT_TRUE(pictures_of(*open_tiny(tiny_model_path("dev_a")), request) == first);
  request.seed = 6;
  EXPECT_TRUE(pictures_of(*model, request) != first);
}

TEST(JobRunnerTest, DrawsAndReportsASeedWhereNoneIsGiven) {
  const auto model = open_tiny(tiny_model_path("unit"));
  ASSERT_NE(model, nullptr);
  GenerateRequest request = small_request();
  request.seed.reset();
  const auto drawn = model->generate(request, {}, CancelToken());
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  request.seed = drawn->seed;
  EXPECT_TRUE(pictures_of(*model, request) == drawn->pngs);
}

TEST(JobRunnerTest, ReportsWhatWasUsedAndHowLongEachStageTook) {
  const auto model = open_tiny(tiny_model_path("dev_a"));
  ASSERT_NE(model, nullptr);
  const auto result = model->generate(small_request(), {}, CancelToken());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->family + " " + result->variant + " " + result->dtype + " " + result->device,
            "flux dev fp32 cpu");
  EXPECT_EQ(result->seed, 5u);
  EXPECT_EQ(result->width, 48);
  EXPECT_EQ(result->height, 32);
  EXPECT_EQ(result->steps, 3);
  EXPECT_TRUE(result->tensors.empty());
  const MemoryUsage& peak = result->memory.peak;
  EXPECT_GT(peak.total, peak.base);
  EXPECT_GT(peak.weights, 0);
  EXPECT_GT(peak.activations, 0);
  EXPECT_GE(peak.total, result->memory.after.total);
  EXPECT_GE(result->memory.before.total, result->memory.before.base);
  EXPECT_GT(result->memory.before.base, 0);
  EXPECT_EQ(result->memory.before.weights, 0);
  EXPECT_EQ(result->memory.after.weights, model->loaded_bytes());
  EXPECT_FALSE(result->memory.planned_peak_bytes.has_value());
  std::vector<std::string> stages;
  for (const StageSeconds& row : result->seconds) stages.push_back(row.stage);
  EXPECT_EQ(stages, (std::vector<std::string>{"load", "encode", "denoise", "decode", "png"}));
}

}  // namespace
}  // namespace easel::testing

#include "services/worker/to_proto.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(EventTranslatorTest, AStepThatWaitsForAPreviewGoesOutWithoutOneWhenNoneComes) {
  EventTranslator translator(/*preview_every=*/1);
  EXPECT_TRUE(translator.translate(StageProgress{"denoise", 1, 2}).empty());
  const auto both = translator.translate(StageProgress{"denoise", 2, 2});
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both[0].step().step(), 1u);
  GenerateResult result;
  result.pngs = {"a"};
  const auto last = translator.finish(result, "m");
  ASSERT_EQ(last.size(), 3u);
  EXPECT_EQ(last[0].step().step(), 2u);
  EXPECT_TRUE(last[2].has_result());
  EXPECT_FALSE(last[2].result().has_guidance());
}

TEST(EventTranslatorTest, WhoWaitsIsToldHowManyAreAheadAndHowManyWait) {
  const v1::GenerateEvent event = EventTranslator::queued(3, 7);
  EXPECT_EQ(event.queued().position(), 3u);
  EXPECT_EQ(event.queued().length(), 7u);
}

TEST(EventTranslatorTest, StagesThatPrepareCountAsEncoding) {
  EventTranslator translator(/*preview_every=*/0);
  for (const char* stage : {"encode", "encode_image", "prepare_preview"}) {
    const auto events = translator.translate(StageStarted{stage, 4});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].encoding().units(), 4u);
  }
  EXPECT_TRUE(translator.translate(StageStarted{"load", 4})[0].has_loading());
  EXPECT_TRUE(translator.translate(StageProgress{"decode", 1, 1})[0].has_decoding());
  EXPECT_TRUE(translator.translate(StageStarted{"denoise", 4}).empty());
  EXPECT_TRUE(translator.translate(Warning{"w"}).empty());
}

}  // namespace
}  // namespace easel

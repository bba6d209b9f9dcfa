#include "services/worker/event_outbox.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

v1::GenerateEvent step(uint32_t number, const std::string& preview = "") {
  v1::GenerateEvent event;
  event.mutable_step()->set_step(number);
  if (!preview.empty()) event.mutable_step()->mutable_preview()->set_data(preview);
  return event;
}

v1::GenerateEvent image(uint32_t index) {
  v1::GenerateEvent event;
  event.mutable_image_ready()->set_index(index);
  return event;
}

TEST(EventOutboxTest, NumbersEventsAsTheyGoOut) {
  EventOutbox outbox("r");
  outbox.push(step(1));
  outbox.push(step(2));
  outbox.push(image(0));
  const auto first = outbox.pop(), second = outbox.pop();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->sequence(), 1u);
  EXPECT_EQ(first->request_id(), "r");
  EXPECT_EQ(first->step().step(), 2u);
  EXPECT_EQ(second->sequence(), 2u);
  EXPECT_FALSE(outbox.pop());
}

TEST(EventOutboxTest, ASlowReaderGetsTheNewestProgressWithTheNewestPreview) {
  EventOutbox outbox("r");
  for (uint32_t i = 1; i <= 1000; ++i) outbox.push(step(i, i == 500 ? "half" : ""));
  const auto event = outbox.pop();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->step().step(), 1000u);
  EXPECT_EQ(event->step().preview().data(), "half");
  EXPECT_FALSE(outbox.pop());
}

TEST(EventOutboxTest, PicturesAreNeverLeftOut) {
  EventOutbox outbox("r");
  for (uint32_t i = 0; i < 8; ++i) outbox.push(image(i));
  for (uint32_t i = 0; i < 8; ++i) EXPECT_EQ(outbox.pop()->image_ready().index(), i);
}

}  // namespace
}  // namespace easel

#include "gateway/event_log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "gateway/event_hub.h"

namespace easel {
namespace {

using std::chrono::milliseconds;

TEST(EventLogTest, GivesLateReadersEverythingWithTheNewestPreviewOnly) {
  EventLog log;
  log.append("step", "1 with", "1 bare");
  log.append("step", "2 with", "2 bare");
  log.append("step", "3");
  EXPECT_EQ(*log.next(0, milliseconds(0))->data, "1 bare");
  EXPECT_EQ(*log.next(1, milliseconds(0))->data, "2 with");
  EXPECT_EQ(*log.next(2, milliseconds(0))->data, "3");
  EXPECT_FALSE(log.next(3, milliseconds(0)));
}

TEST(EventLogTest, AReaderKeepsWhatItHasWhileAPreviewIsReplaced) {
  EventLog log;
  log.append("step", "1 with", "1 bare");
  const auto held = log.next(0, milliseconds(0));
  log.append("step", "2 with", "2 bare");
  EXPECT_EQ(*held->data, "1 with");
}

TEST(EventLogTest, IsBounded) {
  EventLog log;
  for (size_t i = 0; i < 2 * EventLog::kMaxEvents; ++i) log.append("thinking", "x");
  log.append("step", "with", "bare");
  for (size_t i = 0; i < EventLog::kMaxEvents; ++i) log.append("thinking", "x");
  log.append("step", "newer with", "newer bare");
  const auto first = log.next(0, milliseconds(0));
  EXPECT_EQ(first->sequence, 3 * EventLog::kMaxEvents + 2 - EventLog::kMaxEvents + 1);
}

TEST(EventLogTest, IgnoresWhatComesAfterItsEnd) {
  EventLog log;
  log.close("result", "r");
  log.append("step", "late");
  log.close("error", "late");
  EXPECT_EQ(*log.last()->data, "r");
  EXPECT_FALSE(log.next(1, milliseconds(1000)));
  EXPECT_FALSE(log.next(~uint64_t{0}, milliseconds(0)));
}

TEST(EventLogTest, ManyReadersSeeTheSameInOrder) {
  EventLog log;
  std::vector<std::thread> readers;
  for (int i = 0; i < 16; ++i) {
    readers.emplace_back([&] {
      uint64_t sequence = 0;
      while (const auto event = log.next(sequence, milliseconds(10'000))) {
        EXPECT_EQ(event->sequence, sequence + 1);
        sequence = event->sequence;
      }
      EXPECT_EQ(sequence, 501U);
    });
  }
  for (int i = 0; i < 500; ++i) log.append("step", "with", "bare");
  log.close("result", "r");
  for (std::thread& reader : readers) reader.join();
}

TEST(EventHubTest, KeepsTheLastThatEnded) {
  EventHub hub;
  for (size_t i = 0; i <= EventHub::kMaxEnded; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_NE(hub.open(id), nullptr);
    EXPECT_EQ(hub.open(id), nullptr);
    hub.end(id);
  }
  EXPECT_EQ(hub.find("0"), nullptr);
  EXPECT_NE(hub.find("1"), nullptr);
}

}  // namespace
}  // namespace easel

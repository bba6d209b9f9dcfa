#include "base/utc_time.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(UtcTimeTest, HasMillisecondsAndZ) {
  EXPECT_EQ(utc_text(1769860800007), "2026-01-31T12:00:00.007Z");
}

}  // namespace
}  // namespace easel

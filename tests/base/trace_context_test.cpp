#include "base/trace_context.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";

TEST(TraceContextTest, ContinuesAValidTraceUnderASpanOfItsOwn) {
  const std::string received = "00-" + kTrace + "-" + kSpan + "-01";
  const std::string made = continue_trace(received);
  EXPECT_TRUE(is_traceparent(made));
  EXPECT_EQ(trace_id_of(made), kTrace);
  EXPECT_EQ(made.find(kSpan), std::string::npos);
  EXPECT_TRUE(made.ends_with("-01")) << "the flags are the caller's";
}

TEST(TraceContextTest, WhatIsNotValidBeginsANewTrace) {
  for (const std::string& bad :
       {std::string(), std::string("x"), "00-" + kTrace + "-" + kSpan,
        "ff-" + kTrace + "-" + kSpan + "-01", "00-" + kTrace + "-0000000000000000-01",
        "00-" + std::string(32, '0') + "-" + kSpan + "-01", "00-" + kTrace + "-" + kSpan + "-01-x",
        "00-" + kTrace + "-B7AD6B7169203331-01", "00_" + kTrace + "-" + kSpan + "-01",
        "01-" + kTrace + "-" + kSpan + "-01x", "0g-" + kTrace + "-" + kSpan + "-01",
        "00-" + kTrace + "-" + kSpan + "-0G"}) {
    EXPECT_FALSE(is_traceparent(bad)) << bad;
    EXPECT_EQ(trace_id_of(bad), "") << bad;
    const std::string made = continue_trace(bad);
    EXPECT_TRUE(is_traceparent(made)) << bad;
    EXPECT_NE(trace_id_of(made), kTrace) << bad;
  }
}

TEST(TraceContextTest, LaterVersionsMayAppendMore) {
  const std::string received = "01-" + kTrace + "-" + kSpan + "-01-more";
  EXPECT_EQ(trace_id_of(received), kTrace);
  EXPECT_EQ(continue_trace(received).size(), 55u);
}

}  // namespace
}  // namespace easel

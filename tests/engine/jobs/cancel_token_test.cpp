#include "engine/api/cancel_token.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::chrono::hours;

TEST(CancelTokenTest, LetsAJobGoOnUntilSomeoneCancels) {
  CancelToken token;
  token.set_deadline(CancelToken::Clock::now() + hours(1));
  EXPECT_TRUE(token.check().ok());
  token.cancel();
  EXPECT_TRUE(fails_with(token.check(), Reason::kCancelled, {"cancelled"}));
}

TEST(CancelTokenTest, SaysDeadlineAlsoWhenACancelFollowedIt) {
  CancelToken token;
  token.set_deadline(CancelToken::Clock::now());
  token.cancel();
  EXPECT_TRUE(fails_with(token.check(), Reason::kDeadline, {"deadline"}));
}

}  // namespace
}  // namespace easel

#include "services/cli/cancel_on_signal.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(CancelOnSignalTest, TheFirstSignalCancels) {
  CancelToken token;
  const CancelOnSignal on_signal(token);
  std::raise(SIGINT);
  EXPECT_TRUE(token.cancelled());
}

TEST(CancelOnSignalTest, TheSecondSignalEndsTheProcess) {
  CancelToken token;
  const CancelOnSignal on_signal(token);
  EXPECT_EXIT(
      {
        std::raise(SIGINT);
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(CancelOnSignalTest, PutsTheOldHandlersBack) {
  std::signal(SIGTERM, SIG_IGN);
  {
    CancelToken token;
    const CancelOnSignal on_signal(token);
  }
  EXPECT_EQ(std::signal(SIGTERM, SIG_DFL), SIG_IGN);
}

}  // namespace
}  // namespace easel

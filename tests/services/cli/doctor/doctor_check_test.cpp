#include "services/cli/doctor/doctor_check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace easel {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): made for that

std::vector<Finding> run(std::chrono::milliseconds limit,
                         std::function<void(const FindingSink&)> body) {
  std::vector<Finding> findings;
  run_check({"tried", limit, std::move(body)},
            [&](Finding finding) { findings.push_back(std::move(finding)); });
  return findings;
}

TEST(DoctorCheckTest, FindingsComeAsTheyWereMade) {
  const auto findings = run(60s, [](const FindingSink& sink) {
    sink(ok("a", "one\ntwo"));
    sink(warn("b", "found \xff", "cause", "remedy"));
  });
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].name, "a");
  EXPECT_EQ(findings[0].found, "one\ntwo");
  EXPECT_EQ(findings[0].status, FindingStatus::kOk);
  EXPECT_GE(findings[0].seconds, 0);
  EXPECT_EQ(findings[1].status, FindingStatus::kWarn);
  EXPECT_EQ(findings[1].found, "found \xef\xbf\xbd");
  EXPECT_EQ(findings[1].cause, "cause");
  EXPECT_EQ(findings[1].remedy, "remedy");
}

TEST(DoctorCheckTest, AnExceptionIsAFailureWithItsMessage) {
  const auto findings = run(60s, [](const FindingSink& sink) {
    sink(ok("before", ""));
    throw std::runtime_error("no such thing");
  });
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[1].status, FindingStatus::kFail);
  EXPECT_EQ(findings[1].name, "tried");
  EXPECT_EQ(findings[1].cause, "no such thing");
}

TEST(DoctorCheckTest, ACrashIsAFailureThatNamesTheSignal) {
  // Sanitizers have handlers of their own for signals that crash: it is sent from outside.
  const auto findings = run(60s, [](const FindingSink& sink) {
    sink(ok("before", ""));
    ::kill(::getpid(), SIGKILL);
    ::pause();
  });
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[1].status, FindingStatus::kFail);
  EXPECT_NE(findings[1].cause.find("signal 9"), std::string::npos) << findings[1].cause;
  EXPECT_NE(findings[1].remedy.find("memory"), std::string::npos) << findings[1].remedy;
}

TEST(DoctorCheckTest, AnExitInTheMiddleIsAFailure) {
  const auto findings = run(60s, [](const FindingSink&) { ::_exit(3); });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].status, FindingStatus::kFail);
  EXPECT_NE(findings[0].cause.find("exit code 3"), std::string::npos) << findings[0].cause;
}

TEST(DoctorCheckTest, OneThatBlocksIsEndedAtItsLimit) {
  const auto start = std::chrono::steady_clock::now();
  const auto findings = run(300ms, [](const FindingSink&) {
    while (true) ::pause();
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].status, FindingStatus::kFail);
  EXPECT_NE(findings[0].found.find("0.3 s"), std::string::npos) << findings[0].found;
}

TEST(DoctorCheckTest, OneThatSaysNothingIsAFailure) {
  const auto findings = run(60s, [](const FindingSink&) {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].status, FindingStatus::kFail);
}

TEST(DoctorCheckTest, ManyAndLongFindingsAllCome) {
  const std::string text(20'000, 'x');
  const auto findings = run(60s, [&](const FindingSink& sink) {
    for (int i = 0; i < 50; ++i) sink(ok("long", text));
  });
  ASSERT_EQ(findings.size(), 50u);
  EXPECT_EQ(findings.back().found, text);
}

}  // namespace
}  // namespace easel

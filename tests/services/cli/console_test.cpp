#include "services/cli/console.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"

namespace easel {
namespace {

struct Streams {
  std::istringstream in;
  std::ostringstream out, err;
  Console console{in, out, err};
};

TEST(ConsoleTest, EveryReasonHasItsExitCode) {
  EXPECT_EQ(exit_code(absl::OkStatus()), 0);
  EXPECT_EQ(exit_code(make_error(Reason::kInvalidField, "")), 2);
  EXPECT_EQ(exit_code(make_error(Reason::kModelMissing, "")), 3);
  EXPECT_EQ(exit_code(make_error(Reason::kComponentMissing, "")), 3);
  EXPECT_EQ(exit_code(make_error(Reason::kBadWeights, "")), 3);
  EXPECT_EQ(exit_code(make_error(Reason::kOutOfMemory, "")), 4);
  for (const Reason reason : {Reason::kQueueFull, Reason::kInferenceFailed, Reason::kDeadline,
                              Reason::kCancelled, Reason::kOutputFailed}) {
    EXPECT_EQ(exit_code(make_error(reason, "")), 1) << reason_name(reason);
  }
  EXPECT_EQ(exit_code(absl::UnknownError("without a reason")), 1);
}

TEST(ConsoleTest, ErrorsGoToTheStandardErrorAndAsJsonToTheOutput) {
  Streams streams;
  EXPECT_EQ(conclude(streams.console, invalid_field("steps is \"-1\""), /*json=*/true), 2);
  EXPECT_EQ(streams.err.str(),
            "easel: error: steps is \"-1\"\n"
            "easel: reason INVALID_FIELD; `easel doctor --explain INVALID_FIELD` says more\n");
  const auto json = nlohmann::json::parse(streams.out.str());
  EXPECT_EQ(json["error"]["reason"], "INVALID_FIELD");
  EXPECT_EQ(json["error"]["message"], "steps is \"-1\"");
}

TEST(ConsoleTest, WithoutJsonTheOutputStaysEmpty) {
  Streams streams;
  EXPECT_EQ(conclude(streams.console, bad_weights("x"), /*json=*/false), 3);
  EXPECT_EQ(streams.out.str(), "");
}

TEST(ConsoleTest, AnErrorInAnotherEncodingIsStillJson) {
  const auto json = nlohmann::json::parse(error_json(invalid_field("no file \xff")));
  EXPECT_EQ(json["error"]["message"], "no file \xef\xbf\xbd");
}

TEST(ConsoleTest, AResultThatDoesNotGetThroughIsAFailure) {
  Streams streams;
  streams.out.setstate(std::ios::badbit);
  EXPECT_EQ(conclude(streams.console, absl::OkStatus(), /*json=*/false), 1);
  EXPECT_NE(streams.err.str().find("standard output"), std::string::npos);
}

}  // namespace
}  // namespace easel

#include "base/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace easel {
namespace {

constexpr Reason kAllReasons[] = {
    Reason::kInvalidField, Reason::kModelMissing, Reason::kComponentMissing, Reason::kBadWeights,
    Reason::kQueueFull,    Reason::kOutOfMemory,  Reason::kInferenceFailed,  Reason::kDeadline,
    Reason::kCancelled,    Reason::kOutputFailed,
};

TEST(ErrorTest, EveryReasonComesBackUnderItsOwnName) {
  std::set<std::string_view> names;
  for (const Reason reason : kAllReasons) {
    const absl::Status status = make_error(reason, "what");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(reason_of(status), reason);
    EXPECT_TRUE(names.insert(reason_name(reason)).second) << reason_name(reason);
  }
  EXPECT_EQ(reason_name(Reason::kInvalidField), "INVALID_FIELD");
  EXPECT_EQ(reason_name(Reason::kOutputFailed), "OUTPUT_FAILED");
}

TEST(ErrorTest, AnErrorWithoutReasonIsAnInferenceFailure) {
  EXPECT_EQ(reason_of(absl::NotFoundError("x")), Reason::kInferenceFailed);
}

TEST(ErrorTest, ContextKeepsCodeAndReason) {
  const absl::Status status = with_context(bad_weights("a", 1), "file.safetensors");
  EXPECT_EQ(to_std(status.message()), "file.safetensors: a1");
  EXPECT_EQ(reason_of(status), Reason::kBadWeights);
  EXPECT_EQ(status.code(), bad_weights("").code());
  EXPECT_TRUE(with_context(absl::OkStatus(), "file").ok());
}

absl::StatusOr<std::string> twice(const absl::StatusOr<std::string>& text) {
  EASEL_ASSIGN_OR_RETURN(const std::string value, text);
  EASEL_RETURN_IF_ERROR(value.empty() ? invalid_field("empty") : absl::OkStatus());
  return value + value;
}

TEST(ErrorTest, MacrosPassErrorsOn) {
  EXPECT_EQ(twice(std::string("ab")).value(), "abab");
  EXPECT_EQ(reason_of(twice(std::string()).status()), Reason::kInvalidField);
  EXPECT_EQ(reason_of(twice(bad_weights("x")).status()), Reason::kBadWeights);
}

}  // namespace
}  // namespace easel

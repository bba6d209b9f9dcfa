// What the command's catalogue of reasons says of the REST API is what the gateway answers.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/api_error.h"
#include "services/cli/doctor/reason_catalog.h"

namespace easel {
namespace {

TEST(ReasonsExplainedTest, EveryCodeOfTheGatewayHasAnEntryWithItsStatus) {
  for (const ErrorCode code : all_error_codes()) {
    const ReasonEntry* entry = find_reason(error_code_name(code));
    ASSERT_NE(entry, nullptr) << error_code_name(code);
    EXPECT_EQ(entry->http_status, http_status_of(code)) << entry->name;
    EXPECT_EQ(entry->http_code, error_code_name(code)) << entry->name;
  }
}

TEST(ReasonsExplainedTest, EveryReasonHasTheStatusThatTheGatewayGivesIt) {
  for (const Reason reason : all_reasons()) {
    const ApiError answered = public_error(make_error(reason, ""));
    const ReasonEntry* entry = find_reason(reason_name(reason));
    ASSERT_NE(entry, nullptr) << reason_name(reason);
    EXPECT_EQ(entry->http_status, http_status_of(answered.code)) << entry->name;
    EXPECT_EQ(entry->http_code, error_code_name(answered.code)) << entry->name;
  }
}

TEST(ReasonsExplainedTest, NoEntryIsOfACodeThatTheGatewayDoesNotHave) {
  const auto codes = all_error_codes();
  for (const ReasonEntry& entry : reason_catalog()) {
    EXPECT_TRUE(std::any_of(codes.begin(), codes.end(), [&](ErrorCode code) {
      return error_code_name(code) == entry.http_code;
    })) << entry.name;
  }
}

}  // namespace
}  // namespace easel

// What a test asks of an error: its reason, and what its message names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "base/error.h"

namespace easel {

// EXPECT_TRUE(fails_with(x.status(), Reason::kBadWeights, {"model.safetensors", "'a'"}));
inline ::testing::AssertionResult fails_with(const absl::Status& status, Reason reason,
                                             const std::vector<std::string_view>& named) {
  if (status.ok()) return ::testing::AssertionFailure() << "no error";
  if (reason_of(status) != reason) {
    return ::testing::AssertionFailure() << reason_name(reason_of(status)) << ": " << status;
  }
  for (const std::string_view text : named) {
    if (to_std(status.message()).find(text) != std::string_view::npos) continue;
    return ::testing::AssertionFailure() << "'" << text << "' is not in: " << status;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace easel

#include "services/cli/doctor/explain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace easel {
namespace {

TEST(ExplainTest, EveryReasonOfTheProgramHasAnEntry) {
  for (const Reason reason : all_reasons()) {
    const ReasonEntry* entry = find_reason(reason_name(reason));
    ASSERT_NE(entry, nullptr) << reason_name(reason);
    EXPECT_EQ(entry->reason, reason) << reason_name(reason);
  }
}

TEST(ExplainTest, EveryEntryIsWholeAndThereOnce) {
  for (const ReasonEntry& entry : reason_catalog()) {
    EXPECT_EQ(find_reason(entry.name), &entry) << entry.name;
    EXPECT_FALSE(entry.summary.empty()) << entry.name;
    EXPECT_FALSE(entry.cause.empty()) << entry.name;
    EXPECT_FALSE(entry.remedies.empty()) << entry.name;
    EXPECT_GE(entry.http_status, 400) << entry.name;
    EXPECT_FALSE(entry.http_code.empty()) << entry.name;
  }
}

TEST(ExplainTest, NamesAreFoundInAnyCase) {
  EXPECT_EQ(find_reason("out_of_memory"), find_reason("OUT_OF_MEMORY"));
  EXPECT_NE(find_reason("Too_Many_Streams"), nullptr);
  EXPECT_EQ(find_reason("OUT_OF"), nullptr);
  EXPECT_EQ(find_reason(""), nullptr);
}

TEST(ExplainTest, TheTextSaysCauseWhereItAppearsAndWhatToDo) {
  const std::string text = explanation_text(*find_reason("OUT_OF_MEMORY"));
  for (const char* part : {"OUT_OF_MEMORY: ", "cause ", "exit code 4", "RESOURCE_EXHAUSTED",
                           "503 out_of_memory", "do    - ", "easel plan"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(ExplainTest, JsonHasTheSame) {
  const auto json = nlohmann::json::parse(explanation_json(*find_reason("MODEL_MISSING")));
  EXPECT_EQ(json["reason"], "MODEL_MISSING");
  EXPECT_EQ(json["appears"]["exit_code"], 3);
  EXPECT_EQ(json["appears"]["grpc"], "NOT_FOUND");
  EXPECT_EQ(json["appears"]["http_status"], 503);
  const auto other = nlohmann::json::parse(explanation_json(*find_reason("conflict")));
  EXPECT_TRUE(other["appears"]["exit_code"].is_null());
  EXPECT_EQ(nlohmann::json::parse(all_reasons_json())["reasons"].size(), reason_catalog().size());
}

struct Explained {
  explicit Explained(const std::string& reason, bool json = false) {
    std::istringstream in;
    code = run_explain(reason, json, Console{in, out, err});
  }
  std::ostringstream out, err;
  int code = -1;
};

TEST(ExplainTest, WithoutAReasonAllAreListed) {
  const Explained run("");
  EXPECT_EQ(run.code, 0);
  for (const ReasonEntry& entry : reason_catalog()) {
    EXPECT_NE(run.out.str().find(entry.name), std::string::npos) << entry.name;
  }
}

TEST(ExplainTest, AnUnknownReasonIsWrongUseAndListsAll) {
  const Explained run("NO_SUCH\x1b");
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out.str(), all_reasons_text());
  EXPECT_NE(run.err.str().find("'NO_SUCH\\x1b'"), std::string::npos) << run.err.str();
}

TEST(ExplainTest, OneReasonIsExplained) {
  EXPECT_EQ(Explained("queue_full").out.str(), explanation_text(*find_reason("QUEUE_FULL")));
  EXPECT_EQ(Explained("queue_full", /*json=*/true).out.str(),
            explanation_json(*find_reason("QUEUE_FULL")));
}

}  // namespace
}  // namespace easel

#include "services/cli/doctor/doctor_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "services/cli/doctor/wrap.h"

namespace easel {
namespace {

TEST(DoctorReportTest, AnOkIsOneLine) {
  EXPECT_EQ(finding_text(ok("cpu", "2 cores"), /*colours=*/false), "ok    cpu: 2 cores\n");
}

TEST(DoctorReportTest, CauseAndRemedyStandUnderTheFinding) {
  EXPECT_EQ(finding_text(warn("disk", "nearly full", "many files", "delete some"), false),
            "warn  disk: nearly full\n"
            "      cause: many files\n"
            "      do:    delete some\n");
}

TEST(DoctorReportTest, NoLineIsLongerThanTheTerminal) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "word ";
  const std::string text = finding_text(fail("x", words, words, words), /*colours=*/false);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kTextWidth) << line;
}

TEST(DoctorReportTest, ColoursAreOnlyAddedWhenAskedFor) {
  const Finding finding = fail("x", "y", "", "");
  EXPECT_EQ(finding_text(finding, /*colours=*/false).find('\x1b'), std::string::npos);
  EXPECT_EQ(finding_text(finding, /*colours=*/true), "\x1b[31mfail\x1b[0m  x: y\n");
}

TEST(DoctorReportTest, NamesFromFilesCannotSteerTheTerminal) {
  const std::string text = finding_text(ok("model", "a\x1b[2Jb\rc"), /*colours=*/false);
  EXPECT_EQ(text, "ok    model: a?[2Jb?c\n");
}

TEST(DoctorReportTest, ALongWordIsNotCut) {
  const std::string path(300, 'p');
  EXPECT_EQ(wrap("      ", "at " + path + " now", 6), "      at\n      " + path + "\n      now\n");
}

TEST(DoctorReportTest, LineBreaksOfTheTextStay) {
  EXPECT_EQ(wrap("do: ", "one\ntwo three", 4), "do: one\n    two three\n");
}

TEST(DoctorReportTest, JsonHasEveryFieldAndTheWorstStatus) {
  Finding warning = warn("b", "f \xff", "c", "r");
  warning.seconds = 0.5;
  const auto json = nlohmann::json::parse(doctor_json({ok("a", "found"), warning}));
  ASSERT_EQ(json["checks"].size(), 2u);
  EXPECT_EQ(json["checks"][0]["status"], "ok");
  EXPECT_EQ(json["checks"][1]["name"], "b");
  EXPECT_EQ(json["checks"][1]["found"], "f \xef\xbf\xbd");
  EXPECT_EQ(json["checks"][1]["cause"], "c");
  EXPECT_EQ(json["checks"][1]["remedy"], "r");
  EXPECT_EQ(json["checks"][1]["seconds"], 0.5);
  EXPECT_EQ(json["status"], "warn");
}

TEST(DoctorReportTest, TheSummaryCounts) {
  EXPECT_EQ(summary_text({ok("a", ""), ok("b", ""), fail("c", "", "", "")}),
            "3 findings: 2 ok, 0 warn, 1 fail\n");
}

}  // namespace
}  // namespace easel

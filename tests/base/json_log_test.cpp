#include "base/json_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// What a log with this one line holds.
std::string logged(const nlohmann::ordered_json& fields) {
  const TempFolder folder;
  const int fd = ::open((folder / "log").c_str(), O_CREAT | O_WRONLY, 0600);
  JsonLog(fd).write(LogLevel::kWarning, "event", fields);
  ::close(fd);
  std::ostringstream text;
  text << std::ifstream(folder / "log").rdbuf();
  return text.str();
}

TEST(JsonLogTest, ALineSaysWhenHowBadAndWhat) {
  const nlohmann::json line = nlohmann::json::parse(logged({{"a", 1}}));
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["event"], "event");
  EXPECT_EQ(line["a"], 1);
  EXPECT_EQ(line["time"].get<std::string>().size(), 24u);
}

TEST(JsonLogTest, HostileTextStaysWithinItsLine) {
  const std::string texts[] = {
      "a\nb",     "\r\n{\"event\":\"forged\"}", "\x1b[31m", "\x7f", "\xc2\x85\xe2\x80\xa8",
      "\xff\xfe", std::string("a\0b", 3),       "\"}"};
  for (const std::string& text : texts) {
    const std::string line = logged({{"text", text}});
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_TRUE(std::all_of(line.begin(), line.end() - 1, [](char c) {
      return c >= 0x20 && c < 0x7f;
    })) << line;
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false).is_object());
  }
}

TEST(JsonLogTest, CutsLongTexts) {
  const nlohmann::json line = nlohmann::json::parse(logged({{"list", {std::string(100000, 'a')}}}));
  EXPECT_LT(line.dump().size(), 1300u);
}

}  // namespace
}  // namespace easel

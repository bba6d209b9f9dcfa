#include "base/byte_size.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace easel {
namespace {

TEST(ByteSizeTest, ReadsUnits) {
  EXPECT_EQ(parse_byte_size("1000").value(), 1000);
  EXPECT_EQ(parse_byte_size("12B").value(), 12);
  EXPECT_EQ(parse_byte_size("6GiB").value(), int64_t{6} << 30);
  EXPECT_EQ(parse_byte_size("512 MiB").value(), 512 << 20);
  EXPECT_EQ(parse_byte_size("4GB").value(), 4'000'000'000);
  EXPECT_EQ(parse_byte_size("2kb").value(), 2000);
  EXPECT_EQ(parse_byte_size(" 1.5GiB ").value(), int64_t{3} << 29);
  EXPECT_EQ(parse_byte_size("8g").value(), int64_t{8} << 30);
}

TEST(ByteSizeTest, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", " ", "GiB", "-1GiB", "0", "0GiB", "0.1B", "1.2.3GiB", "6 GiBs", "1e9", "0x10", "nan",
        "inf", ".", "99999999999999999999GiB", "9e18", "6GiB,"}) {
    const auto size = parse_byte_size(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(reason_of(size.status()), Reason::kInvalidField) << text;
  }
}

TEST(ByteSizeTest, WritesBinaryUnits) {
  EXPECT_EQ(format_byte_size(0), "0 B");
  EXPECT_EQ(format_byte_size(1023), "1023 B");
  EXPECT_EQ(format_byte_size(1536), "1.5 KiB");
  EXPECT_EQ(format_byte_size(int64_t{6} << 30), "6.0 GiB");
  EXPECT_EQ(format_byte_size((int64_t{1} << 20) - 1), "1.0 MiB");
  EXPECT_EQ(format_byte_size(int64_t{5} << 50), "5120.0 TiB");
}

}  // namespace
}  // namespace easel

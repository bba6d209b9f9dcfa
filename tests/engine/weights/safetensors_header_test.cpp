#include "engine/weights/safetensors_header.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "tests/engine/weights/safetensors_bytes.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

absl::StatusOr<SafetensorsHeader> parse(std::string_view header, size_t num_data_bytes) {
  const std::string file = safetensors_bytes(header, num_data_bytes);
  return parse_safetensors_header(file, file.size());
}

void expect_refused(std::string_view header, size_t num_data_bytes,
                    const std::vector<std::string_view>& named) {
  EXPECT_TRUE(fails_with(parse(header, num_data_bytes).status(), Reason::kBadWeights, named))
      << header;
}

TEST(SafetensorsHeaderTest, GivesTensorsByOffset) {
  const auto header = parse(R"({"b":{"dtype":"F32","shape":[2,1],"data_offsets":[6,14]},
                                "a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},
                                "__metadata__":{"format":"pt"}} )",
                            14);
  ASSERT_TRUE(header.ok()) << header.status();
  ASSERT_EQ(header->tensors.size(), 2u);
  EXPECT_EQ(header->tensors[0].name, "a");
  EXPECT_EQ(header->tensors[0].dtype, DType::kBF16);
  EXPECT_EQ(header->tensors[0].shape, std::vector<int64_t>{3});
  EXPECT_EQ(header->tensors[0].offset, header->data_begin);
  EXPECT_EQ(header->tensors[0].bytes, 6u);
  EXPECT_EQ(header->tensors[1].name, "b");
  EXPECT_EQ(header->tensors[1].shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(header->tensors[1].offset, header->data_begin + 6);
  EXPECT_EQ(header->metadata.at("format"), "pt");
}

TEST(SafetensorsHeaderTest, TakesWhatTheReferenceTakes) {
  EXPECT_TRUE(parse("{}", 0).ok());
  EXPECT_TRUE(parse(" \n{} \t", 0).ok());
  EXPECT_TRUE(parse(R"({"__metadata__":null})", 0).ok());
  EXPECT_TRUE(parse(R"({"":{"dtype":"F64","shape":[],"data_offsets":[0,8]}})", 8).ok());
  EXPECT_TRUE(
      parse(R"({"a":{"dtype":"U8","shape":[0,9223372036854775807],"data_offsets":[0,0]}})", 0)
          .ok());
  EXPECT_TRUE(
      parse(R"({"a":{"x":[{"y":-1.5}],"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1).ok());
  EXPECT_TRUE(parse(R"({"z":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},
                        "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                    1)
                  .ok());
}

TEST(SafetensorsHeaderTest, RefusesLengthsThatDoNotFit) {
  const auto refused = [](const std::string& file, const std::vector<std::string_view>& named) {
    EXPECT_TRUE(fails_with(parse_safetensors_header(file, file.size()).status(),
                           Reason::kBadWeights, named));
  };
  refused("", {"0 bytes"});
  refused("1234567", {"7 bytes"});
  refused(safetensors_bytes("{}", 0, 3), {"cut short", "3 bytes"});
  refused(safetensors_bytes("{}", 0, 0), {"not JSON"});
  refused(safetensors_bytes("{}", 0, 100'000'001), {"100000001", "at most 100000000"});
  refused(safetensors_bytes("{}", 0, ~uint64_t{0}), {"18446744073709551615"});
  refused(safetensors_bytes("{}", 0, ~uint64_t{0} - 7), {"at most"});
}

TEST(SafetensorsHeaderTest, APrefixWithTheHeaderIsEnough) {
  const std::string file =
      safetensors_bytes(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", 9);
  EXPECT_TRUE(
      parse_safetensors_header(std::string_view(file).substr(0, file.size() - 9), file.size())
          .ok());
  EXPECT_FALSE(
      parse_safetensors_header(std::string_view(file).substr(0, file.size() - 10), file.size())
          .ok());
}

TEST(SafetensorsHeaderTest, RefusesFilesLongerOrShorterThanDescribed) {
  constexpr std::string_view kHeader = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  expect_refused(kHeader, 3, {"cut short"});
  expect_refused(kHeader, 5, {"appended"});
  EXPECT_TRUE(parse(kHeader, 4).ok());
}

TEST(SafetensorsHeaderTest, RefusesOverlapsGapsAndBackwardRanges) {
  expect_refused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                     "b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                 3, {"'b'", "overlap"});
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                     "b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                 3, {"'b'", "gap"});
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, {"'a'", "gap"});
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1,
                 {"'a'", "end before"});
}

TEST(SafetensorsHeaderTest, RefusesSizesThatDisagreeWithTheShape) {
  expect_refused(R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,15]}})", 15,
                 {"'a'", "15 bytes", "[2, 2]", "F32", "16"});
}

TEST(SafetensorsHeaderTest, RefusesShapesWhoseSizeOverflows) {
  for (const char* shape :
       {"[4294967296,4294967296]", "[9223372036854775807,3,0]", "[2305843009213693952]",
        "[18446744073709551615,0]", "[9223372036854775808,0]"}) {
    expect_refused(concat(R"({"a":{"dtype":"U8","shape":)", shape, R"(,"data_offsets":[0,0]}})"), 0,
                   {"'a'", "overflows"});
  }
  expect_refused(R"({"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,0]}})", 0,
                 {"'a'", "shape"});
}

TEST(SafetensorsHeaderTest, RefusesOffsetsThatWrapAround) {
  expect_refused(
      R"({"a":{"dtype":"U8","shape":[2305843009213693951],"data_offsets":[0,2305843009213693951]}})",
      4, {"cut short"});
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551615]}})", 1,
                 {"'a'"});
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,0]}})", 1,
                 {"'a'"});
}

TEST(SafetensorsHeaderTest, RefusesKeysGivenTwice) {
  expect_refused(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},
                     "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                 1, {"'a'", "twice"});
  expect_refused(R"({"__metadata__":{},"__metadata__":{}})", 0, {"'__metadata__'", "twice"});
  expect_refused(R"({"__metadata__":{"k":"1","k":"2"}})", 0, {"'k'", "twice"});
  expect_refused(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
                 {"'dtype'", "twice"});
}

TEST(SafetensorsHeaderTest, RefusesMissingFieldsAndWrongTypes) {
  const auto with = [](std::string_view fields) { return concat(R"({"a":{)", fields, "}}"); };
  expect_refused(with(R"("shape":[1],"data_offsets":[0,1])"), 1, {"'a'", "no dtype"});
  expect_refused(with(R"("dtype":"U8","data_offsets":[0,1])"), 1, {"'a'", "no shape"});
  expect_refused(with(R"("dtype":"U8","shape":[1])"), 1, {"'a'", "no data_offsets"});
  expect_refused(with(R"("dtype":"U8","shape":[1],"data_offsets":[0])"), 1, {"'a'", "expected 2"});
  expect_refused(with(R"("dtype":"U8","shape":[1],"data_offsets":[0,1,2])"), 1,
                 {"'a'", "expected 2"});
  expect_refused(with(R"("dtype":8,"shape":[1],"data_offsets":[0,1])"), 1, {"'a'", "dtype"});
  for (const char* size : {"-1", "-0", "1.0", "1e0", "\"1\"", "null", "true", "[1]", "{}"}) {
    expect_refused(with(concat(R"("dtype":"U8","shape":[)", size, R"(],"data_offsets":[0,1])")), 1,
                   {"'a'", "shape"});
  }
}

TEST(SafetensorsHeaderTest, RefusesUnknownDTypesByName) {
  for (const char* dtype : {"U16", "U32", "U64", "C64", "F8_E8M0", "F4", "f32", "", "F32 "}) {
    expect_refused(concat(R"({"a":{"dtype":")", dtype, R"(","shape":[0],"data_offsets":[0,0]}})"),
                   0, {"'a'", concat("'", dtype, "'"), "not supported"});
  }
}

TEST(SafetensorsHeaderTest, MetadataHoldsStringsOnly) {
  for (const char* value : {"1", "null", "{}", "[]", "true"}) {
    expect_refused(concat(R"({"__metadata__":{"k":)", value, "}}"), 0, {"'k'", "string"});
  }
  expect_refused(R"({"__metadata__":[]})", 0, {"__metadata__"});
}

TEST(SafetensorsHeaderTest, RefusesWhatIsNoJsonObject) {
  for (const char* text :
       {"", " ", "[]", "1", "null", "\"a\"", "{", "{}x", "{}{}", "{\"a\":1}", "{'a':{}}", "{/**/}",
        "\xEF\xBB\xBF{}", "{\"a\xFF\":{}}", "{\"\\ud800\":{}}"}) {
    expect_refused(text, 0, {"safetensors header"});
  }
  expect_refused(std::string_view("{}\0", 3), 0, {"zero byte at byte 2"});
}

TEST(SafetensorsHeaderTest, RefusesNestingThatWouldOverflowAStack) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  expect_refused(
      concat(R"({"a":{"x":)", deep, R"(,"dtype":"U8","shape":[1],"data_offsets":[0,1]}})"), 1,
      {"deeper"});
}

TEST(SafetensorsHeaderTest, AHostileNameNeitherFloodsNorForgesTheMessage) {
  const std::string name = "\\n\\u001b[31m" + std::string(1'000'000, 'x');
  const auto header = parse(concat("{\"", name, "\":1}"), 0);
  ASSERT_FALSE(header.ok());
  EXPECT_LT(header.status().message().size(), 500u);
  EXPECT_EQ(to_std(header.status().message()).find('\n'), std::string_view::npos);
  EXPECT_EQ(to_std(header.status().message()).find('\x1b'), std::string_view::npos);
}

}  // namespace
}  // namespace easel

#include "engine/weights/safetensors_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/engine/weights/safetensors_bytes.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(SafetensorsFileTest, FindsTensorsAndTheirBytes) {
  const TempFolder folder;
  ASSERT_TRUE(write_safetensors(folder / "m.safetensors",
                                {{"a", DType::kU8, {3}, "abc"}, {"b", DType::kF16, {1, 2}, "ABCD"}},
                                {{"format", "pt"}})
                  .ok());
  const auto file = SafetensorsFile::open(folder / "m.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_NE((*file)->find("a"), nullptr);
  EXPECT_EQ((*file)->data(*(*file)->find("a")), "abc");
  EXPECT_EQ((*file)->data(*(*file)->find("b")), "ABCD");
  EXPECT_EQ((*file)->find("c"), nullptr);
  EXPECT_EQ((*file)->metadata().at("format"), "pt");
  EXPECT_EQ((*file)->file().path(), folder / "m.safetensors");
}

TEST(SafetensorsFileTest, ErrorsNameTheFile) {
  const TempFolder folder;
  const auto path = folder.write("bad.safetensors", safetensors_bytes("{]", 0));
  EXPECT_TRUE(fails_with(SafetensorsFile::open(path).status(), Reason::kBadWeights,
                         {path.string(), "not JSON"}));
  EXPECT_TRUE(
      fails_with(SafetensorsFile::open(folder / "none").status(), Reason::kModelMissing, {"none"}));
  EXPECT_TRUE(fails_with(SafetensorsFile::open(folder.path()).status(), Reason::kBadWeights,
                         {"regular file"}));
}

TEST(SafetensorsFileTest, EveryPrefixOfAFileIsRefused) {
  const TempFolder folder;
  const std::string whole =
      safetensors_bytes(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto path = folder.write("cut.safetensors", std::string_view(whole).substr(0, size));
    EXPECT_TRUE(
        fails_with(SafetensorsFile::open(path).status(), Reason::kBadWeights, {path.string()}))
        << size;
  }
  EXPECT_TRUE(SafetensorsFile::open(folder.write("whole.safetensors", whole)).ok());
}

TEST(SafetensorsFileTest, PickleIsRefusedByContentUnderAnyName) {
  const TempFolder folder;
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  const std::string padding(64, '\0');
  const std::string_view legacy("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  struct Case {
    std::string_view name;
    std::string bytes;
  };
  const Case cases[] = {
      {"zip.safetensors", "PK\x03\x04" + padding + "archive/data.pkl" + padding},
      {"repacked.safetensors", "PK\x03\x04" + std::string(200'000, 'x') + "archive/data.pkl"},
      {"protocol2.ckpt", "\x80\x02}q\x01." + padding},
      {"protocol4.pt", "\x80\x04\x95." + padding},
      {"protocol5.bin", "\x80\x05." + padding},
      {"legacy.bin", std::string(legacy) + padding},
      {"tar.bin", tar},
  };
  for (const Case& item : cases) {
    const auto path = folder.write(item.name, item.bytes);
    EXPECT_TRUE(fails_with(SafetensorsFile::open(path).status(), Reason::kBadWeights,
                           {path.string(), "ickle", "run code", "Convert it to safetensors"}))
        << item.name;
  }
}

TEST(SafetensorsFileTest, AHeaderLengthThatLooksLikePickleIsNone) {
  const TempFolder folder;
  std::string header = "{}";
  header.append(0x0280 - header.size(), ' ');  // its length begins with the bytes 80 02
  EXPECT_TRUE(
      SafetensorsFile::open(folder.write("x.safetensors", safetensors_bytes(header, 0))).ok());
}

TEST(SafetensorsFileTest, AFileThatShrinksIsTold) {
  const TempFolder folder;
  const std::string data(1 << 16, 'w');
  ASSERT_TRUE(
      write_safetensors(folder / "m.safetensors", {{"a", DType::kU8, {1 << 16}, data}}).ok());
  const auto file = SafetensorsFile::open(folder / "m.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(::truncate((folder / "m.safetensors").c_str(), 100), 0);
  EXPECT_EQ((*file)->data((*file)->tensors()[0]).back(), '\0');
  EXPECT_TRUE(fails_with((*file)->file().check_intact(), Reason::kBadWeights,
                         {"m.safetensors", "shorter"}));
}

}  // namespace
}  // namespace easel

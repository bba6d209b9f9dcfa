#include "engine/image/picture_header.h"

#include <filesystem>

#include "engine/image/png.h"
#include "engine/image/webp.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

TEST(PictureHeaderTest, KnowsTheSidesOfEveryKindOfFile) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EASEL_TEST_DATA "/image/codecs")) {
    if (entry.path().extension() == ".rgb") continue;
    const std::string name = entry.path().filename().string();
    const auto header = read_picture_header(fixture("codecs/" + name));
    if (name.find("animated") != std::string::npos) {
      EXPECT_TRUE(fails_with(header.status(), Reason::kInvalidField, {"animated"})) << name;
      continue;
    }
    ASSERT_TRUE(header.ok()) << name << ": " << header.status();
    EXPECT_EQ(header->width, 19) << name;
    EXPECT_EQ(header->height, 13) << name;
    ++count;
  }
  EXPECT_GE(count, 36u);
}

TEST(PictureHeaderTest, AgreesWithTheDecodersOnAFileCutAnywhere) {
  for (const char* name : {"codecs/rgba.png", "codecs/rgb.jpg", "codecs/lossy_rgb.webp",
                           "codecs/lossy_rgba.webp", "codecs/lossless_rgba.webp"}) {
    const std::string whole = fixture(name);
    for (size_t length = 0; length <= whole.size(); ++length) {
      const std::vector<char> part(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string_view file(part.data(), part.size());
      const bool decodes = decode_image(file).ok();
      EXPECT_TRUE(!decodes || read_picture_header(file).ok()) << name << " cut to " << length;
    }
  }
}

TEST(PictureHeaderTest, RefusesWhatClaimsTooMuch) {
  EXPECT_TRUE(fails_with(read_picture_header(png_header({50000, 50000, 1, 0})).status(),
                         Reason::kInvalidField, {"50000 × 50000", "16384"}));
  EXPECT_TRUE(fails_with(read_picture_header(png_header({8193, 8192, 8, 2})).status(),
                         Reason::kInvalidField, {"8193 × 8192", "67108864"}));
  EXPECT_TRUE(fails_with(read_picture_header(png_header({0, 5, 8, 2})).status(),
                         Reason::kInvalidField, {"0 × 5"}));
  EXPECT_TRUE(read_picture_header(png_header({100, 10, 8, 2}), /*max_pixels=*/1000).ok());
  EXPECT_TRUE(fails_with(read_picture_header(png_header({101, 10, 8, 2}), 1000).status(),
                         Reason::kInvalidField, {"101 × 10", "at most 1000"}));
}

TEST(PictureHeaderTest, RefusesWhatIsNoPicture) {
  for (const char* text :
       {"", "hello", "GIF89a", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "\xff\xd8\xff\xe0",
        "RIFF\4\1\1\1WEBPVP8 \1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"}) {
    EXPECT_TRUE(fails_with(read_picture_header(text).status(), Reason::kInvalidField, {})) << text;
  }
}

}  // namespace
}  // namespace easel

#include "engine/image/image_limits.h"

#include <sys/resource.h>

#include "engine/image/decode.h"
#include "engine/image/png.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

int64_t peak_kib() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Packed piece by piece, so that the test's own memory doesn't hide what is measured.
std::string deflated_zeros(int mebibytes) {
  std::string zeros(1 << 20, '\0');
  std::string packed(static_cast<size_t>(mebibytes) * 8192, '\0');
  z_stream stream = {};
  deflateInit(&stream, Z_BEST_SPEED);
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  for (int i = 0; i < mebibytes; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(zeros.size());
    deflate(&stream, i + 1 == mebibytes ? Z_FINISH : Z_NO_FLUSH);
  }
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Replaces the size in a JPEG's (baseline) frame header.
std::string jpeg_of_size(uint16_t width, uint16_t height) {
  std::string bytes = fixture("codecs/rgb.jpg");
  const size_t frame = bytes.find("\xff\xc0");
  for (size_t i = 0; i < 2; ++i) {
    bytes[frame + 5 + i] = static_cast<char>(height >> (8 - 8 * i));
    bytes[frame + 7 + i] = static_cast<char>(width >> (8 - 8 * i));
  }
  return bytes;
}

TEST(ImageLimitsTest, RefusesABombBeforeItTakesMemory) {
  const int64_t before = peak_kib();
  const std::string bomb = png_file({50000, 50000, 1, 0}, std::string(1000, '\0'));
  EXPECT_TRUE(
      fails_with(decode_image(bomb).status(), Reason::kInvalidField, {"50000 × 50000", "16384"}));
  EXPECT_TRUE(fails_with(decode_image(jpeg_of_size(65000, 65000)).status(), Reason::kInvalidField,
                         {"65000 × 65000"}));
  EXPECT_LT(peak_kib() - before, 32 << 10);
}

TEST(ImageLimitsTest, RefusesMorePixelsThanTheDataCanHold) {
  const int64_t before = peak_kib();
  const std::string liar = png_file({8192, 8192, 8, 6}, std::string(1000, '\0'));
  EXPECT_TRUE(fails_with(decode_image(liar).status(), Reason::kInvalidField,
                         {"cannot hold", "8192 × 8192"}));
  EXPECT_LT(peak_kib() - before, 32 << 10);
}

TEST(ImageLimitsTest, StopsUnpackingATextAtItsLimit) {
  const std::string bomb =
      tiny_png(png_chunk("zTXt", std::string("a\0\0", 3) + deflated_zeros(/*mebibytes=*/192)));
  const int64_t before = peak_kib();
  EXPECT_TRUE(
      fails_with(read_png_text(bomb).status(), Reason::kInvalidField, {"more than 8388608"}));
  EXPECT_LT(peak_kib() - before, 32 << 10);
}

TEST(ImageLimitsTest, NamesTheLimitOfSidesAndPixels) {
  EXPECT_TRUE(check_image_size("PNG", 8192, 8192).ok());
  EXPECT_TRUE(check_image_size("PNG", 16384, 4096).ok());
  EXPECT_TRUE(fails_with(check_image_size("PNG", 8193, 8192), Reason::kInvalidField, {"67108864"}));
  EXPECT_TRUE(fails_with(check_image_size("PNG", 16385, 1), Reason::kInvalidField, {"16384"}));
  EXPECT_TRUE(fails_with(check_image_size("PNG", 1, 0), Reason::kInvalidField, {"1 × 0"}));
  EXPECT_TRUE(check_image_file_size(kMaxImageFileBytes).ok());
  EXPECT_TRUE(fails_with(check_image_file_size(kMaxImageFileBytes + 1), Reason::kInvalidField,
                         {"33554433 bytes", "at most 33554432"}));
}

TEST(ImageLimitsTest, TakesOnePixelAndRefusesALongLine) {
  EXPECT_TRUE(decode_image(tiny_png()).ok());
  EXPECT_TRUE(decode_image(png_file({1, 16384}, std::string(2 * 16384, '\0'))).ok());
  const std::string line = png_file({1, 65535}, std::string(2 * 65535, '\0'));
  EXPECT_TRUE(fails_with(decode_image(line).status(), Reason::kInvalidField, {"1 × 65535"}));
  EXPECT_TRUE(fails_with(decode_image(jpeg_of_size(1, 65000)).status(), Reason::kInvalidField,
                         {"1 × 65000"}));
}

TEST(ImageLimitsTest, RefusesAFileThatIsTooLarge) {
  for (const char* name : {"codecs/rgb.png", "codecs/rgb.jpg", "codecs/lossy_rgb.webp"}) {
    std::string bytes = fixture(name);
    bytes.resize(kMaxImageFileBytes + 1);
    EXPECT_TRUE(fails_with(decode_image(bytes).status(), Reason::kInvalidField,
                           {"33554433 bytes", "at most 33554432"}))
        << name;
  }
}

TEST(ImageLimitsTest, RefusesManyOrHugePngChunks) {
  std::string many;
  for (int i = 0; i < 100000; ++i) many += png_chunk("tEXt", std::string_view("k\0v", 3));
  EXPECT_TRUE(fails_with(decode_image(tiny_png(many)).status(), Reason::kInvalidField,
                         {"more than 256 chunks"}));
  EXPECT_FALSE(read_png_text(tiny_png(many)).ok());
  const std::string few = many.substr(0, 254 * png_chunk("tEXt", "k v").size());
  EXPECT_TRUE(decode_image(tiny_png(few)).ok()) << "256 with IHDR and IEND";
  const std::string huge = png_chunk("tEXt", std::string(kMaxPngChunkBytes + 1, 'x'));
  EXPECT_TRUE(
      fails_with(decode_image(tiny_png(huge)).status(), Reason::kInvalidField, {"8388608"}));
}

}  // namespace
}  // namespace easel

#include "engine/isolation/isolated_decoder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include "engine/image/png.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

using std::chrono::milliseconds;

class IsolatedDecoderTest : public ::testing::Test {
 protected:
  // No process of this one's is left, dead or alive.
  ~IsolatedDecoderTest() override {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  std::shared_ptr<const IsolatedDecoder> decoder(const std::filesystem::path& program,
                                                 milliseconds timeout = milliseconds(60'000)) {
    IsolatedDecoderOptions options;
    options.program = program;
    options.timeout = timeout;
    auto created = IsolatedDecoder::create(options);
    EXPECT_TRUE(created.ok()) << created.status();
    return *created;
  }
  // One that misbehaves as its name says.
  std::shared_ptr<const IsolatedDecoder> bad_decoder(const std::string& name,
                                                     milliseconds timeout = milliseconds(60'000)) {
    const std::filesystem::path link = folder_ / name;
    std::filesystem::create_symlink(EASEL_BAD_DECODER, link);
    return decoder(link, timeout);
  }
  // Until a process of this one's runs; fails after a minute.
  static void await_process() {
    for (int i = 0; i < 6000; ++i) {
      siginfo_t found = {};
      if (::waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0) return;
      std::this_thread::sleep_for(milliseconds(10));
    }
    FAIL() << "no process was started";
  }
  static std::ptrdiff_t open_files() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  }
  static std::string picture() { return *encode_png(test_picture(40, 30, 3), {}); }

  TempFolder folder_;
};

TEST_F(IsolatedDecoderTest, ReadsWhatTheCodecsRead) {
  const auto isolated = decoder(EASEL_PICTURE_DECODER);
  for (const char* name : {"rgb.png", "palette_alpha.png", "rgb.jpg", "progressive.jpg",
                           "lossy_rgb.webp", "lossless_rgba.webp", "orientation_8.webp"}) {
    const std::string file = fixture(concat("codecs/", name));
    const auto pixels = isolated->read(file, PictureUse::kPicture);
    ASSERT_TRUE(pixels.ok()) << name << ": " << pixels.status();
    const Image expected = to_rgb(*decode_image(file));
    EXPECT_EQ(pixels->width, expected.width) << name;
    EXPECT_EQ(pixels->height, expected.height) << name;
    EXPECT_EQ(pixels->rgb.size(), expected.pixels.size()) << name;
    const bool opaque = decode_image(file)->channels == 3;
    if (opaque) {
      EXPECT_EQ(pixels->rgb, expected.pixels) << name;
    }
  }
}

TEST_F(IsolatedDecoderTest, ReadsALargePicture) {
  const Image large = test_picture(3000, 2000, 3);
  const auto pixels =
      decoder(EASEL_PICTURE_DECODER)->read(*encode_png(large, {}), PictureUse::kPicture);
  ASSERT_TRUE(pixels.ok()) << pixels.status();
  EXPECT_EQ(pixels->rgb, large.pixels);
}

TEST_F(IsolatedDecoderTest, SaysWhatIsWrongWithAPictureInTheCodecsWords) {
  const std::string cut = picture().substr(0, picture().size() - 40);
  EXPECT_TRUE(fails_with(decoder(EASEL_PICTURE_DECODER)->read(cut, PictureUse::kPicture).status(),
                         Reason::kInvalidField, {"PNG image is cut short"}));
}

TEST_F(IsolatedDecoderTest, StartsNoProcessForWhatItsHeaderRefuses) {
  // Whatever was started would hang.
  const auto never = bad_decoder("hang");
  for (const std::string& file :
       {std::string(), std::string("hello"), png_file({50000, 50000, 1, 0}, "x"),
        fixture("codecs/refused_animated.webp")}) {
    EXPECT_TRUE(
        fails_with(never->read(file, PictureUse::kPicture).status(), Reason::kInvalidField, {}));
    EXPECT_TRUE(fails_with(never->check(file), Reason::kInvalidField, {}));
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process was started";
}

TEST_F(IsolatedDecoderTest, LimitsAreTheOperators) {
  IsolatedDecoderOptions options;
  options.program = EASEL_PICTURE_DECODER;
  options.max_pixels = 40 * 30 - 1;
  const auto few_pixels = *IsolatedDecoder::create(options);
  EXPECT_TRUE(fails_with(few_pixels->check(picture()), Reason::kInvalidField,
                         {"40 × 30", "at most 1199 pixels"}));
  EXPECT_TRUE(fails_with(few_pixels->read(picture(), PictureUse::kPicture).status(),
                         Reason::kInvalidField, {"at most 1199 pixels"}));
  options.max_pixels = int64_t{40} * 30;
  options.max_bytes = picture().size() - 1;
  const auto few_bytes = *IsolatedDecoder::create(options);
  EXPECT_TRUE(fails_with(few_bytes->check(picture()), Reason::kInvalidField, {"bytes: at most"}));
  EXPECT_TRUE(fails_with(few_bytes->read(picture(), PictureUse::kMask).status(),
                         Reason::kInvalidField, {"bytes: at most"}));
  options.max_bytes += 1;
  EXPECT_TRUE((*IsolatedDecoder::create(options))->read(picture(), PictureUse::kPicture).ok());
}

TEST_F(IsolatedDecoderTest, ADecoderThatDiesCostsOnePicture) {
#ifdef EASEL_SANITIZED  // which catches that signal and exits
  constexpr char kCrashed[] = "exit code 1";
#else
  constexpr char kCrashed[] = "signal 11";
#endif
  const std::pair<const char*, const char*> cases[] = {
      {"deaf", kCrashed}, {"crash", kCrashed}, {"abort", "signal 6"}, {"silent", "exit code 3"}};
  for (const auto& [name, how] : cases) {
    EXPECT_TRUE(fails_with(bad_decoder(name)->read(picture(), PictureUse::kPicture).status(),
                           Reason::kInvalidField, {"cannot be read", how}))
        << name;
  }
  EXPECT_TRUE(decoder(EASEL_PICTURE_DECODER)->read(picture(), PictureUse::kPicture).ok());
}

TEST_F(IsolatedDecoderTest, ADecoderThatSpeaksNonsenseIsNotBelieved) {
  for (const char* name : {"garbage", "half", "lie", "flood"}) {
    EXPECT_TRUE(fails_with(bad_decoder(name)->read(picture(), PictureUse::kPicture).status(),
                           Reason::kInvalidField, {"nonsense"}))
        << name;
  }
}

TEST_F(IsolatedDecoderTest, ADecoderThatHangsIsEndedAtItsTime) {
  EXPECT_TRUE(fails_with(
      bad_decoder("hang", milliseconds(50))->read(picture(), PictureUse::kPicture).status(),
      Reason::kInvalidField, {"too long"}));
  EXPECT_TRUE(fails_with(
      bad_decoder("spin", milliseconds(50))->read(picture(), PictureUse::kPicture).status(),
      Reason::kInvalidField, {"too long"}));
}

TEST_F(IsolatedDecoderTest, ACancelEndsTheReadingAndItsProcess) {
  const std::ptrdiff_t files = open_files();
  for (const char* name : {"hang", "spin"}) {
    const auto reader = bad_decoder(name);
    CancelToken cancel;
    auto reading = std::async(std::launch::async, [&] {
      return reader->read(picture(), PictureUse::kPicture, cancel).status();
    });
    await_process();
    cancel.cancel();
    EXPECT_TRUE(fails_with(reading.get(), Reason::kCancelled, {"cancelled"})) << name;
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process is left";
  }
  EXPECT_EQ(open_files(), files);
}

TEST_F(IsolatedDecoderTest, ADeadlineOfTheJobEndsTheReading) {
  CancelToken cancel;
  cancel.set_deadline(CancelToken::Clock::now() + milliseconds(50));
  EXPECT_TRUE(
      fails_with(bad_decoder("hang")->read(picture(), PictureUse::kPicture, cancel).status(),
                 Reason::kDeadline, {"deadline"}));
}

TEST_F(IsolatedDecoderTest, ACancelEndsTheWaitForAPlace) {
  IsolatedDecoderOptions options;
  options.program = EASEL_PICTURE_DECODER;
  options.max_at_once = 0;
  options.patience = std::chrono::minutes(1);
  CancelToken cancel;
  cancel.cancel();
  EXPECT_TRUE(fails_with(
      (*IsolatedDecoder::create(options))->read(picture(), PictureUse::kMask, cancel).status(),
      Reason::kCancelled, {}));
}

TEST_F(IsolatedDecoderTest, ADecoderThatClosesAndLivesOnIsEnded) {
  EXPECT_TRUE(fails_with(bad_decoder("closed")->read(picture(), PictureUse::kPicture).status(),
                         Reason::kInvalidField, {"no end"}));
}

#ifndef EASEL_SANITIZED  // which take address space without bound
TEST_F(IsolatedDecoderTest, ADecoderThatEatsMemoryEndsAtItsLimit) {
  EXPECT_TRUE(fails_with(bad_decoder("eat")->read(picture(), PictureUse::kPicture).status(),
                         Reason::kInvalidField, {"signal 6"}));
  rusage children = {};
  getrusage(RUSAGE_CHILDREN, &children);
  EXPECT_LT(children.ru_maxrss, 256 << 10) << "KiB";
}
#endif

TEST_F(IsolatedDecoderTest, MoreAtOnceThanArePermittedWaitForAPlace) {
  IsolatedDecoderOptions options;
  options.program = EASEL_PICTURE_DECODER;
  options.max_at_once = 1;
  options.patience = std::chrono::minutes(5);
  const auto one = *IsolatedDecoder::create(options);
  std::vector<std::future<absl::Status>> readers;
  for (int i = 0; i < 6; ++i) {
    readers.push_back(std::async(
        std::launch::async, [&] { return one->read(picture(), PictureUse::kPicture).status(); }));
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get().ok());
}

TEST_F(IsolatedDecoderTest, WhoWaitsInVainIsToldToComeBack) {
  IsolatedDecoderOptions options;
  options.program = EASEL_PICTURE_DECODER;
  options.max_at_once = 0;
  options.patience = milliseconds(1);
  EXPECT_TRUE(
      fails_with((*IsolatedDecoder::create(options))->read(picture(), PictureUse::kMask).status(),
                 Reason::kQueueFull, {"too many pictures"}));
}

TEST_F(IsolatedDecoderTest, AMissingProgramIsToldAtOnce) {
  IsolatedDecoderOptions options;
  options.program = folder_ / "nowhere";
  EXPECT_TRUE(fails_with(IsolatedDecoder::create(options).status(), Reason::kInvalidField,
                         {"nowhere", "--picture-decoder"}));
}

TEST_F(IsolatedDecoderTest, AProgramThatDoesNotWorkIsFoundByTryingIt) {
  EXPECT_TRUE(decoder(EASEL_PICTURE_DECODER)->try_out().ok());
  EXPECT_TRUE(fails_with(bad_decoder("silent")->try_out(), Reason::kInvalidField,
                         {"silent", "does not work", "exit code 3"}));
}

TEST_F(IsolatedDecoderTest, AProgramThatCannotBeRunIsTheServersFault) {
  folder_.write("script", "#!/no/such/shell\n");
  std::filesystem::permissions(folder_ / "script", std::filesystem::perms::owner_all);
  EXPECT_TRUE(
      fails_with(decoder(folder_ / "script")->read(picture(), PictureUse::kPicture).status(),
                 Reason::kInferenceFailed, {"cannot be started"}));
}

}  // namespace
}  // namespace easel

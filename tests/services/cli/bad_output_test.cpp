// Places where no picture can be written, and jobs that are stopped: exit code 1, nothing left
// behind.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPage = 4096;

size_t pages(const fs::path& file) { return (fs::file_size(file) + kPage - 1) / kPage; }

class BadOutputTest : public EaselTest {
 protected:
  void TearDown() override {
    if (mounted_) ::umount2((folder_ / "disk").c_str(), MNT_DETACH);
  }

  // A small file system of its own at disk/, seen by this process and its children alone. False
  // where the process may not mount.
  bool mount_disk(size_t num_pages, unsigned long flags) {
    const fs::path disk = folder_ / "disk";
    fs::create_directory(disk);
    const std::string size = "size=" + std::to_string(num_pages * kPage);
    mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("tmpfs", disk.c_str(), "tmpfs", flags, size.c_str()) == 0;
    return mounted_;
  }

  void expect_failed(const ProcessResult& result, const std::string& part) {
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos)
        << "wanted '" << part << "' in: " << result.err;
  }
  // Nothing was computed: the output is tried first.
  void expect_refused_early(const std::string& output, const std::string& part) {
    const ProcessResult result = generate({"--output", output});
    expect_failed(result, part);
    EXPECT_EQ(result.err.find("denoise"), std::string::npos) << result.err;
  }

  bool mounted_ = false;
};

#define SKIP_WITHOUT_MOUNT(mounted) \
  if (!(mounted))                   \
  GTEST_SKIP() << "this process may not mount a file system: " << std::strerror(errno)

TEST_F(BadOutputTest, FoldersThatCannotTakeAFile) {
  folder_.write("file", "");
  expect_refused_early("none/o.png", "there is no folder none");
  expect_refused_early("file/o.png", "file is not a folder");
  expect_refused_early("/proc/o.png", "/proc");
  fs::create_directory(folder_ / "taken.png");
  expect_refused_early("taken.png", "something other than a file has that name");
}

TEST_F(BadOutputTest, TensorsThatCannotBeSavedAreNoticedFirst) {
  const ProcessResult result =
      generate({"--output", "o.png", "--save-tensors", "none/t.safetensors"});
  expect_failed(result, "there is no folder none");
  EXPECT_TRUE(files().empty());
}

TEST_F(BadOutputTest, AReadOnlyFolder) {
  SKIP_WITHOUT_MOUNT(mount_disk(16, MS_RDONLY));
  expect_refused_early("disk/o.png", "Read-only file system");
}

TEST_F(BadOutputTest, AFullDisk) {
  SKIP_WITHOUT_MOUNT(mount_disk(8, 0));
  folder_.write("disk/filler", std::string(8 * kPage, 'x'));
  expect_refused_early("disk/o.png", "No space left on device");
}

TEST_F(BadOutputTest, ADiskThatFillsUpKeepsWhatIsWholeAndSaysSo) {
  const Arguments two = {"--num-images", "2", "--width", "128", "--height", "128", "--steps", "1"};
  Arguments arguments = two;
  arguments.insert(arguments.end(), {"--output", "o.png"});
  ASSERT_EQ(generate(arguments).exit_code, 0);
  const size_t needed = pages(folder_ / "o.png") + pages(folder_ / "o-1.png");
  SKIP_WITHOUT_MOUNT(mount_disk(needed - 1, 0));
  arguments.back() = "disk/o.png";
  const ProcessResult result = generate(arguments);
  expect_failed(result, "only disk/o.png could be written: cannot write disk/o-1.png");
  EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
  EXPECT_EQ(file_bytes(folder_ / "disk/o.png"), file_bytes(folder_ / "o.png"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "disk"), fs::directory_iterator()), 1);
}

TEST_F(BadOutputTest, AResultThatCannotBePrinted) {
  const pid_t process = ::fork();
  if (process == 0) {
    // The shell closes what /dev/full stands for: a full standard output.
    const std::string program =
        std::string(EASEL_PROGRAM) + " inspect " + model().string() + " >/dev/full 2>/dev/null";
    ::execl("/bin/sh", "sh", "-c", program.c_str(), nullptr);
    ::_exit(127);
  }
  EXPECT_EQ(finish(process).exit_code, 1);
}

TEST_F(BadOutputTest, AJobThatIsInterruptedLeavesNoPicture) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t process = start(generate_arguments(
        {"--output", "o.png", "--steps", "1000", "--width", "256", "--height", "256"}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (error_output().find("denoise") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ::kill(process, signal);
    expect_failed(finish(process), "cancelled");
    EXPECT_TRUE(files().empty());
  }
}

}  // namespace
}  // namespace easel

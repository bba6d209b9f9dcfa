#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr size_t kPages = 64;

size_t page_size() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

std::filesystem::path write_pages(const TempFolder& folder) {
  return folder.write("weights", std::string(kPages * page_size(), 'w'));
}

uint64_t sum(std::string_view bytes) {
  uint64_t total = 0;
  for (const char c : bytes) total += static_cast<unsigned char>(c);
  return total;
}

// Pages of the process's own mapping that are in memory for it (Rss of smaps, in KiB).
size_t resident_kib(const char* address) {
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      const auto wanted = reinterpret_cast<uintptr_t>(address);
      inside = begin <= wanted && wanted < end;
    }
    if (inside && line.rfind("Rss:", 0) == 0) return std::stoul(line.substr(4));
  }
  return 0;
}

TEST(MappedFileTest, ShowsTheBytesOfTheFile) {
  const TempFolder folder;
  const auto file = MappedFile::open(folder.write("x", std::string("a\0b", 3)));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->bytes(), std::string_view("a\0b", 3));
  EXPECT_TRUE((*file)->check_intact().ok());
}

TEST(MappedFileTest, AnEmptyFileHasNoBytes) {
  const TempFolder folder;
  const auto file = MappedFile::open(folder.write("x", ""));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->bytes().empty());
  EXPECT_TRUE((*file)->check_intact().ok());
  (*file)->release(0, 100);
}

TEST(MappedFileTest, SaysWhyAFileCannotBeOpened) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(
      fails_with(MappedFile::open(folder / "none").status(), Reason::kModelMissing, {"none"}));
  EXPECT_TRUE(fails_with(MappedFile::open(folder.path()).status(), Reason::kBadWeights,
                         {folder.path().string(), "not a regular file"}));
  EXPECT_TRUE(
      fails_with(MappedFile::open(folder / "pipe").status(), Reason::kBadWeights, {"pipe"}));
}

TEST(MappedFileTest, AFileThatShrinksIsToldAndTheProcessLives) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(page_size())), 0);
  EXPECT_EQ(sum((*file)->bytes()), page_size() * 'w');
  EXPECT_TRUE(fails_with((*file)->check_intact(), Reason::kBadWeights, {path.string(), "shorter"}));
}

TEST(MappedFileTest, DamageStaysToldWhenTheFileGrowsAgain) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  EXPECT_EQ((*file)->bytes()[0], '\0');
  ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(kPages * page_size())), 0);
  EXPECT_FALSE((*file)->check_intact().ok());
}

TEST(MappedFileTest, BytesLostWithinTheLastPageAreToldToo) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(kPages * page_size() - 1)), 0);
  EXPECT_FALSE((*file)->check_intact().ok());
}

TEST(MappedFileTest, AnotherFileUnderTheNameChangesNothing) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  std::filesystem::rename(folder.write("other", "short"), path);
  EXPECT_EQ(sum((*file)->bytes()), kPages * page_size() * 'w');
  EXPECT_TRUE((*file)->check_intact().ok());
}

TEST(MappedFileTest, ManyThreadsMayMeetTheMissingPagesAtOnce) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(sum((*file)->bytes()), 0u); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE((*file)->check_intact().ok());
}

TEST(MappedFileTest, OneDamagedFileDoesNotAccuseAnother) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto damaged = MappedFile::open(path);
  const auto sound = MappedFile::open(folder.write("sound", std::string(page_size(), 's')));
  ASSERT_TRUE(damaged.ok() && sound.ok());
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  EXPECT_EQ(sum((*damaged)->bytes()), 0u);
  EXPECT_TRUE((*sound)->check_intact().ok());
}

TEST(MappedFileTest, APlaceThatIsUsedAgainStartsIntact) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  {
    const auto file = MappedFile::open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_EQ(::truncate(path.c_str(), 0), 0);
    EXPECT_EQ(sum((*file)->bytes()), 0u);
  }
  const auto again = MappedFile::open(write_pages(folder));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE((*again)->check_intact().ok());
}

TEST(MappedFileDeathTest, AForeignBusErrorStillEndsTheProcess) {
  const TempFolder folder;
  const auto path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  std::FILE* other = std::fopen(folder.write("other", "x").c_str(), "r");
  ASSERT_NE(other, nullptr);
  void* page = ::mmap(nullptr, 2 * page_size(), PROT_READ, MAP_PRIVATE, ::fileno(other), 0);
  ASSERT_NE(page, MAP_FAILED);
  EXPECT_DEATH(static_cast<void>(static_cast<volatile char*>(page)[page_size()]), "");
  ::munmap(page, 2 * page_size());
  std::fclose(other);
}

TEST(MappedFileTest, ReadsWithoutTouchingTheMapping) {
  const TempFolder folder;
  const std::string path = folder.write("w", std::string(1 << 20, 'x') + "end");
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  std::string bytes(3, ' ');
  auto* target = reinterpret_cast<std::byte*>(bytes.data());
  EXPECT_TRUE((*file)->read(1 << 20, target, 3).ok());
  EXPECT_EQ(bytes, "end");
  EXPECT_EQ(resident_kib((*file)->bytes().data()), 0U);
  std::filesystem::resize_file(path, 1 << 20);
  EXPECT_TRUE(fails_with((*file)->read((1 << 20) - 1, target, 3), Reason::kBadWeights,
                         {path, "became shorter"}));
}

TEST(MappedFileTest, ReleasedPagesLeaveTheMemoryAndComeBack) {
  const TempFolder folder;
  const auto file = MappedFile::open(write_pages(folder));
  ASSERT_TRUE(file.ok()) << file.status();
  const char* data = (*file)->bytes().data();
  const uint64_t before = sum((*file)->bytes());
  ASSERT_GE(resident_kib(data), kPages * page_size() / 1024);
  (*file)->release(1, kPages * page_size() - 2);  // the rest of their pages goes with them
  EXPECT_EQ(resident_kib(data), 0U);
  EXPECT_EQ(sum((*file)->bytes()), before);
}

TEST(MappedFileTest, PopulatedPagesAreThereBeforeTheyAreTouched) {
  const TempFolder folder;
  const auto file = MappedFile::open(write_pages(folder));
  ASSERT_TRUE(file.ok()) << file.status();
  const char* data = (*file)->bytes().data();
  ASSERT_EQ(resident_kib(data), 0U);
  ASSERT_TRUE((*file)->populate(1, kPages * page_size() - 2).ok());
  EXPECT_EQ(resident_kib(data), kPages * page_size() / 1024);
  EXPECT_TRUE((*file)->populate(7, 0).ok());
}

TEST(MappedFileTest, PopulatingWhatAFileHasLostIsAnError) {
  const TempFolder folder;
  const std::string path = write_pages(folder);
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  std::filesystem::resize_file(path, page_size());
  EXPECT_TRUE((*file)->populate(0, page_size()).ok());
  EXPECT_TRUE(fails_with((*file)->populate(0, kPages * page_size()), Reason::kBadWeights,
                         {path, "became shorter"}));
}

}  // namespace
}  // namespace easel

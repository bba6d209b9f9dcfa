// A process that is killed in mid-work: what it had acknowledged is there after the next start, and
// nothing that no row knows.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/records.h"
#include "tests/storage/soak.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int kWriters = 3;

// The bytes of a picture: 1 to 60,000, told by its id.
std::string content_of(const std::string& id) {
  std::string bytes(1 + std::hash<std::string>()(id) % 60'000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = id[i % id.size()];
  return bytes;
}

// Tells the parent: the call for `what` came back ok. One write is one line, whole or not at all.
void acknowledge(int pipe, char what, const std::string& id) {
  const std::string line = concat(what, id, "\n");
  if (::write(pipe, line.data(), line.size()) < 0) ::_exit(3);
}

bool generate(Storage& storage, const std::string& id, int pipe) {
  GenerationStore& rows = storage.generations();
  if (!rows.insert_started(sample_asked(id)).ok()) return false;
  acknowledge(pipe, 'S', id);
  if (!rows.mark_running(id).ok()) return false;
  const std::string bytes = content_of(id);
  if (!storage.pictures().write(PictureKind::kPicture, id, 0, bytes).ok()) return false;
  if (!storage.pictures().write(PictureKind::kThumbnail, id, 0, id).ok()) return false;
  if (bytes.size() % 3 == 0) {
    if (!rows.add_file(id, sample_file(id, 0)).ok()) return false;
    acknowledge(pipe, 'P', id);
  }
  if (!rows.finish_done(id, sample_used(), {sample_file(id, 0)}, kSampleEnd).ok()) return false;
  acknowledge(pipe, 'D', id);
  return true;
}

// The child: works until it is killed.
[[noreturn]] void work(const std::filesystem::path& folder, int round, int pipe) {
  const auto storage = Storage::open(folder);
  if (!storage.ok()) ::_exit(1);
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int t = 0; t < kWriters; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        if (!generate(**storage, concat("r", round, "-", t, "-", i), pipe)) ::_exit(2);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ::_exit(0);
}

// What a killed child had acknowledged, by the mark of acknowledge().
struct Acknowledged {
  std::set<std::string> started, pictured, done;
};

void read_acknowledged(int pipe, Acknowledged& all) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(pipe, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::set<std::string>& ids =
        line[0] == 'S' ? all.started : (line[0] == 'P' ? all.pictured : all.done);
    ids.insert(line.substr(1));
  }
}

// Kills a child after a time that is counted from its first acknowledgement, or (`early`) from its
// start.
void run_and_kill(const std::filesystem::path& folder, int round, bool early, std::mt19937& random,
                  Acknowledged& all) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(folder, round, ends[1]);
  }
  ::close(ends[1]);
  pollfd first{ends[0], POLLIN, 0};
  constexpr int kLongMs = 60'000;
  if (!early) {
    ASSERT_EQ(::poll(&first, 1, kLongMs), 1);
  }
  std::this_thread::sleep_for(
      std::chrono::microseconds(std::uniform_int_distribution(0, 200'000)(random)));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  read_acknowledged(ends[0], all);
  ::close(ends[0]);
}

void expect_nothing_lost(Storage& storage, const Acknowledged& all) {
  for (const std::string& id : all.started) {
    const auto record = storage.generations().get(id).value();
    ASSERT_TRUE(record.has_value()) << id;
    EXPECT_FALSE(is_open(record->status)) << id;
    EXPECT_EQ(record->asked.prompt, sample_asked(id).prompt);
    if (all.done.count(id) > 0) {
      EXPECT_EQ(record->status, GenerationStatus::kDone) << id;
    }
    if (all.done.count(id) + all.pictured.count(id) > 0) {
      ASSERT_EQ(record->files.size(), 1u) << id;
    }
  }
}

// Every row's files are there and whole.
size_t expect_files_of_rows(Storage& storage) {
  size_t num_files = 0;
  std::optional<std::string> cursor = "";
  while (cursor) {
    const GenerationPage page = storage.generations().page(100, *cursor).value();
    for (const GenerationRecord& record : page.items) {
      for (const GenerationFile& file : record.files) {
        const auto picture =
            storage.pictures().open_file(PictureKind::kPicture, file.picture_file).value();
        EXPECT_TRUE(picture && picture->read_all().value() == content_of(record.asked.id));
        EXPECT_TRUE(
            storage.pictures().open_file(PictureKind::kThumbnail, file.thumbnail_file).value());
        ++num_files;
      }
    }
    cursor = page.next;
  }
  return num_files;
}

size_t num_entries(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TEST(StorageKillTest, NothingAcknowledgedIsLostAndNoFileIsOrphaned) {
  const TempFolder folder;
  std::mt19937 random(20260131);
  Acknowledged all;
  for (int round = 0; round < num_kills(); ++round) {
    run_and_kill(folder.path(), round, /*early=*/round % 4 == 3, random, all);
    const auto storage = open_storage(folder.path());
    expect_nothing_lost(*storage, all);
    const size_t num_files = expect_files_of_rows(*storage);
    EXPECT_EQ(num_entries(folder / "generations"), num_files);
    EXPECT_EQ(num_entries(folder / "thumbnails"), num_files);
    if (HasFailure()) break;
  }
  EXPECT_GT(all.started.size(), static_cast<size_t>(num_kills()) / 2);
  EXPECT_FALSE(all.done.empty());
  SQLite::Database connection((folder / "easel.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_EQ(connection.execAndGet("PRAGMA integrity_check").getString(), "ok");
  SQLite::Statement strays(connection, "PRAGMA foreign_key_check");
  EXPECT_FALSE(strays.executeStep());
  std::printf("%d kills, %zu rows and %zu pictures acknowledged\n", num_kills(), all.started.size(),
              all.done.size());
}

}  // namespace
}  // namespace easel

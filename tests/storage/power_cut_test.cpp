// The power goes while the database is written: of what was not synced, any part may be on the
// disk, torn at any sector. What SQLite does to its files is recorded once, and cut at many places.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/storage/records.h"
#include "tests/storage/soak.h"
#include "tests/storage/syscall_faults.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr size_t kPlenty = size_t{1} << 28;
constexpr size_t kSectorBytes = 512;
constexpr int kRows = 60;
constexpr int kCutsPerKill = 5;
constexpr const char* kFiles[] = {"easel.db", "easel.db-wal"};

struct RecordedChange {
  std::string file;  // "easel.db", "easel.db-wal"
  std::string call;
  std::string bytes;
  size_t offset = 0, length = 0;
};

struct Recording {
  std::map<std::string, std::string> before;  // the files' bytes, all of them on the disk
  std::vector<RecordedChange> changes;
  std::vector<std::pair<size_t, std::string>> rows;  // acknowledged after so many changes
};

std::string file_name_of(int fd) {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink(concat("/proc/self/fd/", fd).c_str(), path.data(), path.size());
  const std::filesystem::path whole(
      std::string(path.data(), length > 0 ? static_cast<size_t>(length) : 0));
  return whole.filename().string();
}

std::string prompt_of(const std::string& id) {
  std::string prompt;
  while (prompt.size() < 6000) prompt += id + " ";
  return prompt;
}

// Rows, and checkpoints between them.
Recording record(const std::filesystem::path& folder) {
  Recording recording;
  const auto database = Database::open(folder).value();
  EXPECT_TRUE(database
                  ->write([](SQLite::Database& connection) {
                    connection.exec("PRAGMA wal_autocheckpoint = 30");
                    return absl::OkStatus();
                  })
                  .ok());
  for (const char* const file : kFiles) {
    recording.before[file] = read_file(folder / file, kPlenty).value();
  }
  const SyscallFaults recorder([&](const FileChange& change) {
    const std::string bytes =
        change.bytes == nullptr ? "" : std::string(change.bytes, change.length);
    recording.changes.push_back({file_name_of(change.fd), std::string(change.call), bytes,
                                 static_cast<size_t>(change.offset), change.length});
    return 0;
  });
  GenerationStore store(*database);
  for (int i = 0; i < kRows; ++i) {
    GenerationAsked asked = sample_asked(concat("id", i));
    asked.prompt = prompt_of(asked.id);
    EXPECT_TRUE(store.insert_started(asked).ok());
    recording.rows.emplace_back(recording.changes.size(), asked.id);
    EXPECT_TRUE(store.mark_running(asked.id).ok());
  }
  return recording;
}

void apply(const RecordedChange& change, size_t length, std::string& bytes) {
  if (change.call == "ftruncate") return bytes.resize(change.length);
  if (bytes.size() < change.offset + length) bytes.resize(change.offset + length);
  bytes.replace(change.offset, length, change.bytes, 0, length);
}

// Of a change that was not synced: nothing, a part, or all.
void apply_some(const RecordedChange& change, std::mt19937& random, std::string& bytes) {
  const unsigned fate = random() % 3;
  const size_t sectors = change.bytes.size() / kSectorBytes;
  const size_t part = sectors == 0 ? 0 : random() % sectors * kSectorBytes;
  if (fate == 0) apply(change, change.bytes.size(), bytes);
  if (fate == 1 && part > 0) apply(change, part, bytes);
}

// The bytes of `file` when the power goes after `cut` changes.
std::string bytes_after(const Recording& recording, const std::string& file, size_t cut,
                        std::mt19937& random) {
  size_t synced = 0;
  for (size_t i = 0; i < cut; ++i) {
    const RecordedChange& change = recording.changes[i];
    if (change.file == file && change.call == "sync") synced = i;
  }
  std::string bytes = recording.before.at(file);
  for (size_t i = 0; i < cut; ++i) {
    const RecordedChange& change = recording.changes[i];
    if (change.file != file || change.call == "sync") continue;
    if (i < synced) {
      apply(change, change.bytes.size(), bytes);
    } else {
      apply_some(change, random, bytes);
    }
  }
  return bytes;
}

void expect_sound_after(const Recording& recording, size_t cut, std::mt19937& random) {
  const TempFolder folder;
  for (const char* const file : kFiles)
    folder.write(file, bytes_after(recording, file, cut, random));
  const auto database = Database::open(folder.path());
  ASSERT_TRUE(database.ok()) << "cut after " << cut << ": " << database.status();
  GenerationStore store(**database);
  for (const auto& [acknowledged_after, id] : recording.rows) {
    const auto row = store.get(id).value();
    if (acknowledged_after <= cut) {
      ASSERT_TRUE(row.has_value()) << id << ", cut after " << cut;
    }
    if (row) {
      EXPECT_EQ(row->asked.prompt, prompt_of(id));
    }
  }
}

TEST(PowerCutTest, NoAcknowledgedRowIsLostWhereverTheCutIs) {
  const TempFolder folder;
  const Recording recording = record(folder.path());
  size_t checkpoints = 0;
  for (const RecordedChange& change : recording.changes) {
    checkpoints += change.call == "sync" && change.file == "easel.db" ? 1 : 0;
  }
  ASSERT_GT(checkpoints, 2u);
  std::mt19937 random(20260131);
  for (int i = 0; i < num_kills() * kCutsPerKill && !HasFailure(); ++i) {
    expect_sound_after(recording, random() % (recording.changes.size() + 1), random);
  }
}

}  // namespace
}  // namespace easel

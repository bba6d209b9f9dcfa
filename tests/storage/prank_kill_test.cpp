// A process that is killed while it edits a prank: acknowledged triggers and their pictures are
// there after the next start, and no file that no trigger knows.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "tests/storage/prank_records.h"
#include "tests/storage/records.h"
#include "tests/storage/soak.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// Adds triggers with pictures, removes every third, until it is killed; "+a" and "-a" lines.
[[noreturn]] void work(const std::filesystem::path& folder, int round, int pipe) {
  const auto storage = Storage::open(folder);
  if (!storage.ok()) ::_exit(1);
  const auto prank = (*storage)->pranks().insert(sample_prank(concat("prank-", round)));
  if (!prank.ok()) ::_exit(2);
  PictureStore& pictures = (*storage)->pictures();
  for (int i = 0; i < kMaxTriggersPerPrank; ++i) {
    const std::string name = concat("r", round, "-", i);
    if (!pictures.write(PictureKind::kPrankPicture, name, 0, name).ok()) ::_exit(3);
    if (!pictures.write(PictureKind::kPrankThumbnail, name, 0, name).ok()) ::_exit(3);
    const auto id = (*storage)->triggers().insert(*prank, sample_trigger(name, name), 1);
    if (!id.ok()) ::_exit(4);
    const std::string added = concat("+", name, "\n");
    if (::write(pipe, added.data(), added.size()) < 0) ::_exit(5);
    if (i % 3 != 0) continue;
    const auto files = (*storage)->triggers().remove(*prank, *id, 1);
    if (!files.ok()) ::_exit(6);
    const std::string removed = concat("-", name, "\n");
    if (::write(pipe, removed.data(), removed.size()) < 0) ::_exit(5);
    pictures.remove(PictureKind::kPrankPicture, files->picture_file).IgnoreError();
    pictures.remove(PictureKind::kPrankThumbnail, files->thumbnail_file).IgnoreError();
  }
  ::pause();
  ::_exit(7);
}

// The lines of a child that is killed when it has written `count` of them.
std::vector<std::string> run_and_kill(const std::filesystem::path& folder, int round, int count) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(folder, round, ends[1]);
  }
  ::close(ends[1]);
  std::vector<std::string> lines(1);
  bool killed = false;
  for (char c = 0; ::read(ends[0], &c, 1) == 1;) {
    if (c != '\n') {
      lines.back() += c;
      continue;
    }
    lines.emplace_back();
    if (!killed && lines.size() > static_cast<size_t>(count)) {
      ::kill(child, SIGKILL);
      killed = true;
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  ::close(ends[0]);
  lines.pop_back();
  return lines;
}

size_t num_entries(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// The phrases of the triggers, each of whose pictures is there and whole. Removes the prank.
std::set<std::string> take_triggers(Storage& storage, const std::string& slug) {
  std::set<std::string> phrases;
  const auto prank = storage.pranks().by_share_slug(slug).value();
  if (!prank) return phrases;
  const std::vector<TriggerRecord> triggers = storage.triggers().list(prank->id).value();
  for (const TriggerRecord& trigger : triggers) {
    const auto picture =
        storage.pictures().open_file(PictureKind::kPrankPicture, trigger.files.picture_file);
    EXPECT_TRUE(picture.ok() && *picture && (*picture)->read_all().value() == trigger.phrase);
    phrases.insert(trigger.phrase);
  }
  const std::vector<TriggerFiles> files = storage.pranks().remove(prank->id).value();
  EXPECT_EQ(files.size(), triggers.size());
  for (const TriggerFiles& file : files) {
    EXPECT_TRUE(storage.pictures().remove(PictureKind::kPrankPicture, file.picture_file).ok());
    EXPECT_TRUE(storage.pictures().remove(PictureKind::kPrankThumbnail, file.thumbnail_file).ok());
  }
  return phrases;
}

TEST(PrankKillTest, AcknowledgedTriggersKeepTheirPicturesAndNoFileIsOrphaned) {
  const TempFolder folder;
  for (int round = 0; round < num_kills(); ++round) {
    std::set<std::string> added, removed;
    for (const std::string& line : run_and_kill(folder.path(), round, 2 + round * 3 % 20)) {
      (line[0] == '+' ? added : removed).insert(line.substr(1));
    }
    const auto storage = open_storage(folder.path());
    const size_t num_files = num_entries(folder / "pranks");
    const std::set<std::string> kept = take_triggers(*storage, concat("prank-", round));
    EXPECT_EQ(num_files, 2 * kept.size());
    size_t num_missing = 0;
    for (const std::string& name : added) num_missing += 1 - kept.count(name);
    for (const std::string& name : removed) EXPECT_EQ(kept.count(name), 0u) << name;
    // One may have been removed without having been able to say so.
    EXPECT_LE(num_missing, removed.size() + 1);
    EXPECT_EQ(num_entries(folder / "pranks"), 0u);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace easel

// Many threads on one storage; the thread sanitizer watches.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/records.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr size_t kWriters = 4;
constexpr size_t kReaders = 3;
constexpr size_t kEach = 12;

absl::Status generate(Storage& storage, const std::string& id) {
  EASEL_RETURN_IF_ERROR(storage.generations().insert_started(sample_asked(id)));
  EASEL_RETURN_IF_ERROR(storage.generations().mark_running(id));
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kPicture, id, 0, id).status());
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kThumbnail, id, 0, id).status());
  return storage.generations().finish_done(id, sample_used(), {sample_file(id, 0)}, kSampleEnd);
}

// Every row that is done has its picture, whoever writes meanwhile.
void read_all(Storage& storage) {
  std::optional<std::string> cursor = "";
  while (cursor) {
    const auto page = storage.generations().page(7, *cursor);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const GenerationRecord& record : page->items) {
      if (record.status != GenerationStatus::kDone) continue;
      ASSERT_EQ(record.files.size(), 1u);
      const auto file =
          storage.pictures().open_file(PictureKind::kPicture, record.files[0].picture_file);
      ASSERT_TRUE(file.ok() && file->has_value());
      ASSERT_EQ((*file)->read_all().value(), record.asked.id);
    }
    cursor = page->next;
  }
}

TEST(StorageThreadsTest, WritersAndReadersShareOneStorage) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  std::vector<std::thread> readers;
  writers.reserve(kWriters);
  readers.reserve(kReaders);
  for (size_t t = 0; t < kWriters; ++t) {
    writers.emplace_back([&, t] {
      for (size_t i = 0; i < kEach; ++i) {
        const absl::Status status = generate(*storage, concat("w", t, "-", i));
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  for (size_t t = 0; t < kReaders; ++t) {
    readers.emplace_back([&] {
      while (!done.load()) read_all(*storage);
    });
  }
  for (std::thread& writer : writers) writer.join();
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(storage->generations().page(100, "").value().items.size(), kWriters * kEach);
}

TEST(StorageThreadsTest, OneOfManyCallersGetsAnId) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  std::atomic<int> inserted{0};
  std::atomic<int> closed{0};
  std::vector<std::thread> threads;
  threads.reserve(kWriters);
  for (size_t t = 0; t < kWriters; ++t) {
    threads.emplace_back([&] {
      const absl::Status status = storage->generations().insert_started(sample_asked("same"));
      EXPECT_TRUE(status.ok() || absl::IsAlreadyExists(status)) << status;
      inserted += status.ok() ? 1 : 0;
      closed += storage->generations().finish_cancelled("same", kSampleEnd).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(inserted.load(), 1);
  EXPECT_EQ(closed.load(), 1);
}

}  // namespace
}  // namespace easel

#include "storage/generation_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "tests/storage/query_plans.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class GenerationStoreTest : public ::testing::Test {
 protected:
  GenerationRecord get(std::string_view id) { return store_.get(id).value().value(); }
  void insert(const std::string& id) {
    const absl::Status status = store_.insert_started(sample_asked(id));
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<std::string> ids_of(const GenerationPage& page) {
    std::vector<std::string> ids;
    for (const GenerationRecord& record : page.items) ids.push_back(record.asked.id);
    return ids;
  }

  TempFolder folder_;
  std::unique_ptr<Database> database_ = Database::open(folder_.path()).value();
  GenerationStore store_{*database_};
};

TEST_F(GenerationStoreTest, KeepsEveryFieldOfWhatWasAsked) {
  GenerationAsked asked = sample_asked("a");
  asked.prompt = std::string("quote ' \" ; -- \0 \n \xF0\x9F\xA6\x89", 20);
  asked.negative_prompt = "";
  asked.requested_height = 16;
  ASSERT_TRUE(store_.insert_started(asked).ok());
  const GenerationRecord record = get("a");
  EXPECT_EQ(record.asked.prompt, asked.prompt);
  EXPECT_EQ(record.asked.negative_prompt, "");
  EXPECT_EQ(record.asked.trace_id, asked.trace_id);
  EXPECT_EQ(record.asked.model, "auto");
  EXPECT_EQ(record.asked.requested_width, 1024);
  EXPECT_EQ(record.asked.requested_height, 16);
  EXPECT_EQ(record.asked.num_images, 2);
  EXPECT_EQ(record.asked.settings_json, asked.settings_json);
  EXPECT_EQ(record.asked.session_id, asked.session_id);
  EXPECT_EQ(record.asked.created_at_ms, asked.created_at_ms);
  EXPECT_EQ(record.status, GenerationStatus::kQueued);
  EXPECT_FALSE(record.end.has_value());
  EXPECT_FALSE(record.used.seed.has_value());
  EXPECT_FALSE(record.used.guidance.has_value());
}

TEST_F(GenerationStoreTest, TellsNoNegativePromptFromAnEmptyOne) {
  insert("a");
  EXPECT_FALSE(get("a").asked.negative_prompt.has_value());
}

TEST_F(GenerationStoreTest, KeepsEveryFieldOfWhatWasUsed) {
  insert("a");
  ASSERT_TRUE(store_.mark_running("a").ok());
  EXPECT_EQ(get("a").status, GenerationStatus::kRunning);
  GenerationUsed used = sample_used();
  used.warnings.emplace_back("not UTF-8: \xFF");
  ASSERT_TRUE(
      store_.finish_done("a", used, {sample_file("a", 0), sample_file("a", 1)}, kSampleEnd).ok());
  const GenerationRecord record = get("a");
  EXPECT_EQ(record.status, GenerationStatus::kDone);
  EXPECT_EQ(record.used.model, "demo");
  EXPECT_EQ(record.used.family, "flux");
  EXPECT_EQ(record.used.variant, "tiny");
  EXPECT_EQ(record.used.fingerprint, "0123abcd");
  EXPECT_EQ(record.used.seed, used.seed);
  EXPECT_EQ(record.used.steps, 20);
  EXPECT_EQ(record.used.width, 128);
  EXPECT_EQ(record.used.height, 64);
  EXPECT_EQ(record.used.guidance, 3.5);
  EXPECT_EQ(record.used.sampler, "euler");
  ASSERT_EQ(record.used.warnings.size(), 2u);
  EXPECT_EQ(record.used.warnings[0], used.warnings[0]);
  EXPECT_EQ(record.used.warnings[1], "not UTF-8: \xEF\xBF\xBD");
  ASSERT_EQ(record.used.seconds.size(), 2u);
  EXPECT_EQ(record.used.seconds[1].stage, "denoise");
  EXPECT_EQ(record.used.seconds[1].seconds, 2.5);
  EXPECT_EQ(record.end->finished_at_ms, kSampleEnd.finished_at_ms);
  EXPECT_EQ(record.end->duration_ms, kSampleEnd.duration_ms);
  EXPECT_EQ(record.error_code, "");
  ASSERT_EQ(record.files.size(), 2u);
  EXPECT_EQ(record.files[1].picture_file, "a~1.png");
  EXPECT_EQ(record.files[1].thumbnail_file, "a~1.webp");
  EXPECT_EQ(record.files[1].picture_bytes, 1000u);
  EXPECT_EQ(record.files[1].thumbnail_bytes, 100u);
}

TEST_F(GenerationStoreTest, TellsASecondRowOfTheSameId) {
  insert("a");
  ASSERT_TRUE(store_.finish_cancelled("a", kSampleEnd).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store_.insert_started(sample_asked("a"))));
  EXPECT_EQ(get("a").status, GenerationStatus::kCancelled);
}

TEST_F(GenerationStoreTest, RefusesIdsThatAreNone) {
  EXPECT_TRUE(fails_with(store_.insert_started(sample_asked("../a")), Reason::kInvalidField,
                         {"request_id"}));
}

TEST_F(GenerationStoreTest, ARowIsClosedOnce) {
  insert("a");
  ASSERT_TRUE(
      store_.finish_failed("a", "inference_failed", "the worker went away", kSampleEnd).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(store_.mark_running("a")));
  EXPECT_TRUE(absl::IsFailedPrecondition(store_.finish_cancelled("a", kSampleEnd)));
  EXPECT_TRUE(absl::IsFailedPrecondition(store_.add_file("a", sample_file("a", 0))));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      store_.finish_done("a", sample_used(), {sample_file("a", 0)}, kSampleEnd)));
  const GenerationRecord record = get("a");
  EXPECT_EQ(record.status, GenerationStatus::kFailed);
  EXPECT_EQ(record.error_code, "inference_failed");
  EXPECT_EQ(record.error_message, "the worker went away");
  EXPECT_TRUE(record.files.empty());
  EXPECT_TRUE(absl::IsNotFound(store_.mark_running("b")));
  EXPECT_FALSE(store_.get("b").value().has_value());
}

TEST_F(GenerationStoreTest, AFileThatBelongsToAnotherRowClosesNothing) {
  insert("a");
  insert("b");
  ASSERT_TRUE(store_.finish_done("a", sample_used(), {sample_file("a", 0)}, kSampleEnd).ok());
  const absl::Status status = store_.finish_done(
      "b", sample_used(), {sample_file("b", 1), sample_file("a", 0)}, kSampleEnd);
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {}));
  EXPECT_EQ(get("b").status, GenerationStatus::kQueued);
  EXPECT_TRUE(get("b").files.empty());
}

TEST_F(GenerationStoreTest, FilesThatWereReadyEarlySurviveAnInterruption) {
  for (const char* const id : {"a", "b", "c", "d"}) insert(id);
  ASSERT_TRUE(store_.mark_running("b").ok());
  ASSERT_TRUE(store_.add_file("b", sample_file("b", 0)).ok());
  ASSERT_TRUE(store_.finish_cancelled("c", kSampleEnd).ok());
  ASSERT_TRUE(store_.add_file("d", sample_file("d", 0)).ok());
  ASSERT_TRUE(store_.finish_done("d", sample_used(), {sample_file("d", 0)}, kSampleEnd).ok());
  EXPECT_EQ(store_.mark_interrupted_at_start().value(), 2);
  EXPECT_EQ(get("a").status, GenerationStatus::kInterrupted);
  EXPECT_EQ(get("b").status, GenerationStatus::kInterrupted);
  EXPECT_EQ(get("b").error_code, "interrupted");
  EXPECT_FALSE(get("b").end.has_value());
  EXPECT_EQ(get("b").files.size(), 1u);
  EXPECT_EQ(get("c").status, GenerationStatus::kCancelled);
  EXPECT_EQ(get("d").files.size(), 1u);
  EXPECT_EQ(store_.mark_interrupted_at_start().value(), 0);
}

TEST_F(GenerationStoreTest, PagesShowEveryRowOnceNewestFirst) {
  std::vector<std::string> expected;
  for (int i = 0; i < 23; ++i) {
    const std::string id = concat("id", i);
    insert(id);
    if (i % 3 == 0) {
      const std::vector<GenerationFile> files = {sample_file(id, 1), sample_file(id, 0)};
      ASSERT_TRUE(store_.finish_done(id, sample_used(), files, kSampleEnd).ok());
    }
    expected.insert(expected.begin(), id);
  }
  for (const int limit : {1, 5, 22, 23, 24, 100}) {
    std::vector<std::string> seen;
    std::optional<std::string> cursor = "";
    while (cursor) {
      const GenerationPage page = store_.page(limit, *cursor).value();
      EXPECT_LE(page.items.size(), static_cast<size_t>(limit));
      EXPECT_FALSE(page.items.empty());
      for (const GenerationRecord& record : page.items) {
        seen.push_back(record.asked.id);
        const bool done = record.status == GenerationStatus::kDone;
        ASSERT_EQ(record.files.size(), done ? 2u : 0u);
        if (done) {
          EXPECT_EQ(record.files[0].picture_file, record.asked.id + ".png");
        }
      }
      cursor = page.next;
    }
    EXPECT_EQ(seen, expected) << limit;
  }
}

TEST_F(GenerationStoreTest, RowsThatArriveMeanwhileMoveNoPage) {
  for (const char* const id : {"a", "b", "c"}) insert(id);
  const GenerationPage first = store_.page(2, "").value();
  insert("d");
  const GenerationPage second = store_.page(2, *first.next).value();
  EXPECT_EQ(ids_of(first), (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(ids_of(second), (std::vector<std::string>{"a"}));
  EXPECT_FALSE(second.next.has_value());
}

TEST_F(GenerationStoreTest, TheOrderIsTheArrivalWhateverTheClockSays) {
  GenerationAsked asked = sample_asked("a");
  ASSERT_TRUE(store_.insert_started(asked).ok());
  asked.id = "b";
  asked.created_at_ms -= 86'400'000;
  ASSERT_TRUE(store_.insert_started(asked).ok());
  EXPECT_EQ(ids_of(store_.page(9, "").value()), (std::vector<std::string>{"b", "a"}));
}

TEST_F(GenerationStoreTest, RefusesCursorsAndLimitsThatAreNone) {
  for (const std::string_view bad : {"x", "-1", "0", "1x", " 1", "+1", "99999999999999999999",
                                     "1.5", "1;DROP TABLE generations"}) {
    EXPECT_TRUE(fails_with(store_.page(1, bad).status(), Reason::kInvalidField, {"cursor"})) << bad;
  }
  for (const int bad : {-1, 0, 101}) {
    EXPECT_TRUE(fails_with(store_.page(bad, "").status(), Reason::kInvalidField, {"limit"}));
  }
}

TEST_F(GenerationStoreTest, KnowsTheFilesOfItsRows) {
  insert("a");
  ASSERT_TRUE(store_.finish_done("a", sample_used(), {sample_file("a", 0)}, kSampleEnd).ok());
  EXPECT_TRUE(store_.is_known(PictureKind::kPicture, "a.png").value());
  EXPECT_TRUE(store_.is_known(PictureKind::kThumbnail, "a.webp").value());
  EXPECT_FALSE(store_.is_known(PictureKind::kPicture, "a.webp").value());
  EXPECT_FALSE(store_.is_known(PictureKind::kPicture, "a~1.png").value());
}

TEST_F(GenerationStoreTest, EveryQueryGoesByAnIndex) {
  insert("a");
  const std::string plans = plans_of(*database_, [&] {
    EXPECT_TRUE(store_.page(10, "5").ok());
    EXPECT_TRUE(store_.get("a").ok());
    EXPECT_TRUE(store_.is_known(PictureKind::kPicture, "a.png").ok());
    EXPECT_TRUE(store_.is_known(PictureKind::kThumbnail, "a.webp").ok());
    EXPECT_TRUE(store_.finish_done("a", sample_used(), {sample_file("a", 0)}, kSampleEnd).ok());
  });
  EXPECT_NE(plans.find("SEARCH generations USING INTEGER PRIMARY KEY (rowid<?)"),
            std::string::npos);
  EXPECT_NE(plans.find("SEARCH generation_files USING PRIMARY KEY (generation>? AND generation<?)"),
            std::string::npos)
      << plans;
  EXPECT_EQ(plans.find("SCAN"), std::string::npos) << plans;
  const std::string start =
      plans_of(*database_, [&] { EXPECT_TRUE(store_.mark_interrupted_at_start().ok()); });
  EXPECT_NE(start.find("USING INDEX generations_by_status"), std::string::npos) << start;
}

TEST_F(GenerationStoreTest, PagesAreNotSorted) {
  for (int i = 0; i < 5; ++i) insert(concat("id", i));
  const std::string plans = plans_of(*database_, [&] { EXPECT_TRUE(store_.page(3, "").ok()); });
  EXPECT_EQ(plans.find("TEMP B-TREE FOR ORDER BY"), std::string::npos) << plans;
}

}  // namespace
}  // namespace easel

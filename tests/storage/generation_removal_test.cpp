#include "storage/generation_removal.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/storage/records.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

using Ids = std::vector<std::string>;

class GenerationRemovalTest : public ::testing::Test {
 protected:
  // One that is done, with a picture.
  void add(const std::string& id, const std::string& prompt, int64_t created_at_ms = 1000) {
    start(id, prompt, created_at_ms);
    for (const PictureKind kind : {PictureKind::kPicture, PictureKind::kThumbnail}) {
      ASSERT_TRUE(storage_->pictures().write(kind, id, 0, "bytes of " + id).ok());
    }
    ASSERT_TRUE(storage_->generations()
                    .finish_done(id, sample_used(), {sample_file(id, 0)}, kSampleEnd)
                    .ok());
  }
  void start(const std::string& id, const std::string& prompt, int64_t created_at_ms = 1000) {
    GenerationAsked asked = sample_asked(id);
    asked.prompt = prompt;
    asked.created_at_ms = created_at_ms;
    ASSERT_TRUE(storage_->generations().insert_started(asked).ok());
  }
  bool has_files(const std::string& id) {
    const GenerationFile file = sample_file(id, 0);
    PictureStore& pictures = storage_->pictures();
    const bool picture =
        pictures.open_file(PictureKind::kPicture, file.picture_file).value().has_value();
    EXPECT_EQ(pictures.open_file(PictureKind::kThumbnail, file.thumbnail_file).value().has_value(),
              picture);
    return picture;
  }
  Ids found(const std::string& text) {
    const auto page = storage_->search().page({text, {}, ""}, 100, "");
    EXPECT_TRUE(page.ok()) << page.status();
    Ids ids;
    for (const GenerationRecord& record : page->items) ids.push_back(record.asked.id);
    return ids;
  }
  // "prompt uses newest", each.
  Ids prompts() {
    const auto page = storage_->search().prompts(100, "");
    EXPECT_TRUE(page.ok()) << page.status();
    Ids lines;
    for (const UsedPrompt& used : page->items) {
      lines.push_back(concat(used.prompt, " ", used.uses, " ", used.generation_id));
    }
    return lines;
  }

  TempFolder folder_;
  std::unique_ptr<Storage> storage_ = open_storage(folder_.path());
};

TEST_F(GenerationRemovalTest, NothingOfItIsLeft) {
  add("a", "a red owl");
  add("b", "a blue owl");
  ASSERT_TRUE(storage_->removal().remove("a").ok());
  EXPECT_FALSE(storage_->generations().get("a").value().has_value());
  EXPECT_FALSE(has_files("a"));
  EXPECT_EQ(found("owl"), Ids{"b"});
  EXPECT_EQ(found("red"), Ids{});
  EXPECT_EQ(prompts(), Ids{"a blue owl 1 b"});
  EXPECT_TRUE(has_files("b"));
  // Its number and its id may come again, and bring nothing of it back.
  add("a", "a green heron");
  EXPECT_EQ(found("red"), Ids{});
  EXPECT_EQ(found("green"), Ids{"a"});
}

TEST_F(GenerationRemovalTest, APromptStaysWhileAnotherGenerationHasIt) {
  for (const char* id : {"a", "b", "c"}) add(id, "an owl");
  ASSERT_TRUE(storage_->removal().remove("c").ok());
  EXPECT_EQ(prompts(), Ids{"an owl 2 b"});
  ASSERT_TRUE(storage_->removal().remove("a").ok());
  EXPECT_EQ(prompts(), Ids{"an owl 1 b"});
  ASSERT_TRUE(storage_->removal().remove("b").ok());
  EXPECT_EQ(prompts(), Ids{});
}

TEST_F(GenerationRemovalTest, TheIndexOfWordsStaysSound) {
  add("a", "Crème brûlée 夕焼け");
  add("b", "crème");
  ASSERT_TRUE(storage_->removal().remove("a").ok());
  storage_.reset();
  SQLite::Database other((folder_ / "easel.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_NO_THROW(
      other.exec("INSERT INTO generation_search (generation_search) VALUES ('integrity-check')"));
  const int words = other.execAndGet("SELECT count(*) FROM generation_search_docsize").getInt();
  EXPECT_EQ(words, 1);
}

TEST_F(GenerationRemovalTest, RefusesWhatIsNotThereAndWhatHasNotEnded) {
  EXPECT_TRUE(absl::IsNotFound(storage_->removal().remove("none")));
  start("a", "an owl");
  EXPECT_TRUE(absl::IsFailedPrecondition(storage_->removal().remove("a")));
  EXPECT_TRUE(storage_->generations().get("a").value().has_value());
  EXPECT_EQ(found("owl"), Ids{"a"});
}

TEST_F(GenerationRemovalTest, ATriggerKeepsThePictureThatItWasMadeFrom) {
  add("a", "an owl");
  PrankRecord prank;
  prank.share_slug = "owls";
  prank.builder_slug = std::string(48, 'b');
  const int64_t id = storage_->pranks().insert(prank, PrankStore::kNoLimit).value();
  NewTrigger trigger;
  trigger.phrase = "owl";
  trigger.picture = {{"t.png", "t.webp"}, "a"};
  ASSERT_TRUE(storage_->triggers().insert(id, trigger, 1).ok());
  ASSERT_TRUE(storage_->removal().remove("a").ok());
  const std::vector<TriggerRecord> triggers = storage_->triggers().list(id).value();
  ASSERT_EQ(triggers.size(), 1U);
  EXPECT_FALSE(triggers[0].generation_id.has_value());
  EXPECT_EQ(triggers[0].files.picture_file, "t.png");
}

TEST_F(GenerationRemovalTest, TheOldestComeFirstUpToWhatIsNewOrOpen) {
  add("a", "x", 1000);
  add("b", "x", 2000);
  add("c", "x", 3000);
  GenerationRemoval& removal = storage_->removal();
  EXPECT_EQ(removal.oldest_before(1000, 10).value(), Ids{});
  EXPECT_EQ(removal.oldest_before(3000, 10).value(), (Ids{"a", "b"}));
  EXPECT_EQ(removal.oldest_before(9000, 2).value(), (Ids{"a", "b"}));
  ASSERT_TRUE(removal.remove("a").ok());
  ASSERT_TRUE(removal.remove("b").ok());
  ASSERT_TRUE(removal.remove("c").ok());
  start("d", "x", 1000);
  add("e", "x", 1000);
  EXPECT_EQ(removal.oldest_before(9000, 10).value(), Ids{});
}

}  // namespace
}  // namespace easel

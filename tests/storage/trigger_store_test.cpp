#include "storage/trigger_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/storage/prank_records.h"
#include "tests/storage/query_plans.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class TriggerStoreTest : public ::testing::Test {
 protected:
  int64_t add(std::string phrase, MatchKind match = MatchKind::kExact, int64_t priority = 0) {
    NewTrigger trigger = sample_trigger(std::move(phrase), concat("t", ++files_), match);
    trigger.priority = priority;
    return triggers_.insert(prank_, trigger, kSomeTimeMs).value();
  }
  std::optional<int64_t> match(std::string_view prompt) {
    const auto hit = triggers_.find_match(prank_, prompt).value();
    return hit ? std::optional(hit->trigger_id) : std::nullopt;
  }

  int files_ = 0;
  TempFolder folder_;
  std::unique_ptr<Database> database_ = *Database::open(folder_.path());
  PrankStore pranks_{*database_};
  TriggerStore triggers_{*database_};
  int64_t prank_ = pranks_.insert(sample_prank("cats")).value();
};

TEST_F(TriggerStoreTest, KeepsThePhraseAsItWasWritten) {
  const std::string phrase = "  Ünï'); DROP TABLE prank_triggers;-- <b>ß</b> ";
  const int64_t id = add(phrase, MatchKind::kWord, -3);
  const TriggerRecord trigger = triggers_.get(prank_, id).value().value();
  EXPECT_EQ(trigger.phrase, phrase);
  EXPECT_EQ(trigger.match, MatchKind::kWord);
  EXPECT_EQ(trigger.priority, -3);
  EXPECT_EQ(trigger.files.picture_file, "t1.png");
  EXPECT_EQ(trigger.files.thumbnail_file, "t1.webp");
  EXPECT_FALSE(trigger.generation_id);
  EXPECT_EQ(trigger.created_at_ms, kSomeTimeMs);
  EXPECT_EQ(pranks_.by_id(prank_).value()->updated_at_ms, kSomeTimeMs);
}

TEST_F(TriggerStoreTest, FindsTheTriggerThatMatchesBest) {
  const int64_t exact = add("A red Café");
  const int64_t word = add("café", MatchKind::kWord);
  const int64_t part = add("af", MatchKind::kContains);
  const int64_t first = add("blue", MatchKind::kContains, 5);
  EXPECT_EQ(match(" a RED\tcafe"), exact);
  EXPECT_EQ(match("a green cafe"), word);
  EXPECT_EQ(match("cafeteria"), part);
  EXPECT_EQ(match("a bluecafe café"), first);
  EXPECT_EQ(match("a dog"), std::nullopt);
  EXPECT_EQ(match(""), std::nullopt);
  EXPECT_EQ(triggers_.find_match(prank_, "a red cafe").value()->files.picture_file, "t1.png");
}

TEST_F(TriggerStoreTest, APrankAnswersWithItsOwnTriggersAlone) {
  const int64_t other = pranks_.insert(sample_prank("dogs")).value();
  add("cat");
  EXPECT_FALSE(triggers_.find_match(other, "cat").value());
  EXPECT_FALSE(triggers_.get(other, 1).value());
  EXPECT_TRUE(absl::IsNotFound(triggers_.remove(other, 1, 1).status()));
  EXPECT_TRUE(absl::IsNotFound(triggers_.change(other, 1, {}, 1).status()));
  EXPECT_TRUE(match("cat"));
}

TEST_F(TriggerStoreTest, APhraseStandsOnceForEachKind) {
  const int64_t first = add("Straße");
  const int64_t second = add("street");
  const absl::Status again = triggers_.insert(prank_, sample_trigger("STRASSE", "x"), 1).status();
  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
  add("strasse", MatchKind::kWord);
  TriggerChange change;
  change.phrase = "strasse";
  EXPECT_TRUE(absl::IsAlreadyExists(triggers_.change(prank_, second, change, 1).status()));
  EXPECT_TRUE(triggers_.change(prank_, first, change, 1).ok());
  EXPECT_FALSE(triggers_.is_known(PictureKind::kPrankPicture, "x.png").value());
}

TEST_F(TriggerStoreTest, RefusesAPhraseThatCannotBeSeen) {
  for (const char* const phrase : {"", " \n", "\u200b", "\u0301"}) {
    EXPECT_TRUE(fails_with(triggers_.insert(prank_, sample_trigger(phrase, "x"), 1).status(),
                           Reason::kInvalidField, {"phrase"}));
  }
}

TEST_F(TriggerStoreTest, APrankHasAsManyAsItMay) {
  for (int64_t i = 0; i < kMaxTriggersPerPrank; ++i) add(std::to_string(i));
  EXPECT_TRUE(fails_with(triggers_.insert(prank_, sample_trigger("more", "more"), 1).status(),
                         Reason::kInvalidField, {"200 triggers"}));
  triggers_.remove(prank_, 1, 1).value();
  EXPECT_TRUE(triggers_.insert(prank_, sample_trigger("more", "more"), 1).ok());
  EXPECT_TRUE(absl::IsNotFound(triggers_.insert(99, sample_trigger("x", "x"), 1).status()));
}

TEST_F(TriggerStoreTest, ChangesWhatIsGivenAlone) {
  const int64_t id = add("cat", MatchKind::kWord, 4);
  TriggerChange change;
  change.phrase = "Dög";
  EXPECT_FALSE(triggers_.change(prank_, id, change, 5).value());
  EXPECT_EQ(match("a dog"), id);
  EXPECT_EQ(match("a cat"), std::nullopt);
  change = {};
  change.match = MatchKind::kExact;
  change.priority = 9;
  change.picture = TriggerPicture{{"n.png", "n.webp"}, ""};
  const auto left = triggers_.change(prank_, id, change, 6).value();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->picture_file, "t1.png");
  const TriggerRecord trigger = triggers_.get(prank_, id).value().value();
  EXPECT_EQ(trigger.phrase, "Dög");
  EXPECT_EQ(trigger.match, MatchKind::kExact);
  EXPECT_EQ(trigger.priority, 9);
  EXPECT_EQ(trigger.files.thumbnail_file, "n.webp");
  EXPECT_EQ(trigger.updated_at_ms, 6);
}

TEST_F(TriggerStoreTest, ReorderingNeedsAllOfThem) {
  const int64_t a = add("a"), b = add("b"), c = add("c");
  for (const std::vector<int64_t>& bad : std::vector<std::vector<int64_t>>{
           {}, {a, b}, {a, b, b}, {a, b, c, c}, {a, b, 99}, {a, b, c, 99}}) {
    EXPECT_TRUE(fails_with(triggers_.reorder(prank_, bad, 1), Reason::kInvalidField, {"ids"}));
  }
  ASSERT_TRUE(triggers_.reorder(prank_, {b, c, a}, 1).ok());
  const auto list = triggers_.list(prank_).value();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].id, b);
  EXPECT_EQ(list[0].priority, 3);
  EXPECT_EQ(list[2].id, a);
  EXPECT_EQ(list[2].priority, 1);
}

TEST_F(TriggerStoreTest, TheListIsTheOrderInWhichTriggersAreTried) {
  const std::string prompt = "a red cat";
  const int64_t part = add("cat", MatchKind::kContains);
  const int64_t longer = add("red cat", MatchKind::kContains);
  const int64_t same = add("a red c", MatchKind::kContains);  // as long as the one before
  const int64_t word = add("red", MatchKind::kWord);
  const int64_t exact = add(prompt);
  const int64_t first = add("a", MatchKind::kContains, 3);
  const int64_t last = add("a red", MatchKind::kWord, -1);
  const auto ids = [&] {
    std::vector<int64_t> all;
    const std::vector<TriggerRecord> list = triggers_.list(prank_).value();
    for (const TriggerRecord& trigger : list) all.push_back(trigger.id);
    return all;
  };
  EXPECT_EQ(ids(), (std::vector<int64_t>{first, exact, word, longer, same, part, last}));
  const std::vector<int64_t> wanted = {part, last, first, same, exact, word, longer};
  ASSERT_TRUE(triggers_.reorder(prank_, wanted, 1).ok());
  EXPECT_EQ(ids(), wanted);
  // Each answers when those before it are gone.
  for (const int64_t id : wanted) {
    EXPECT_EQ(match(prompt), id);
    ASSERT_TRUE(triggers_.remove(prank_, id, 1).ok());
  }
  EXPECT_EQ(match(prompt), std::nullopt);
}

// A prompt and phrases that take long to compare must not keep the connection from others.
TEST_F(TriggerStoreTest, ComparesWhenTheConnectionIsFree) {
  add("cat");
  const std::vector<std::string> statements =
      statements_of(*database_, [&] { EXPECT_TRUE(triggers_.find_match(prank_, "cat").value()); });
  const auto first_with = [&](std::string_view text, auto from) {
    return std::find_if(from, statements.end(), [&](const std::string& sql) {
      return sql.find(text) != std::string::npos;
    });
  };
  const auto candidates = first_with("match_kind IN", statements.begin());
  const auto files = first_with("SELECT picture_file", candidates);
  ASSERT_NE(files, statements.end());
  EXPECT_LT(first_with("COMMIT", candidates), files);
}

TEST_F(TriggerStoreTest, ATriggerOutlivesTheGenerationOfItsPicture) {
  GenerationStore generations(*database_);
  ASSERT_TRUE(generations.insert_started(sample_asked("gen")).ok());
  NewTrigger trigger = sample_trigger("cat", "own");
  trigger.picture.generation_id = "gen";
  const int64_t id = triggers_.insert(prank_, trigger, 1).value();
  EXPECT_EQ(triggers_.get(prank_, id).value()->generation_id, "gen");
  ASSERT_TRUE(database_
                  ->write([](SQLite::Database& connection) {
                    connection.exec("DELETE FROM generations WHERE id = 'gen'");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_FALSE(triggers_.get(prank_, id).value()->generation_id);
  EXPECT_EQ(match("cat"), id);
  EXPECT_TRUE(triggers_.is_known(PictureKind::kPrankPicture, "own.png").value());
}

TEST_F(TriggerStoreTest, EveryQueryGoesByAnIndex) {
  const int64_t id = add("cat");
  const std::string look_up =
      plans_of(*database_, [&] { EXPECT_TRUE(triggers_.find_match(prank_, "cat").value()); });
  // Judged from the index alone; the table's row is read for the one that answers.
  const std::string candidates =
      "SEARCH prank_triggers USING COVERING INDEX prank_trigger_candidates ";
  EXPECT_NE(look_up.find(candidates + "(prank=? AND match_kind=? AND folded_phrase=?)"),
            std::string::npos)
      << look_up;
  EXPECT_NE(look_up.find(candidates + "(prank=? AND match_kind=?)"), std::string::npos) << look_up;
  EXPECT_EQ(look_up.find("SCAN"), std::string::npos) << look_up;
  const std::string rest = plans_of(*database_, [&] {
    TriggerChange change;
    change.picture = TriggerPicture{{"n.png", "n.webp"}, "gen"};
    EXPECT_TRUE(triggers_.change(prank_, id, change, 1).ok());
    EXPECT_TRUE(triggers_.reorder(prank_, {id}, 1).ok());
    EXPECT_TRUE(triggers_.list(prank_).ok());
    EXPECT_TRUE(triggers_.is_known(PictureKind::kPrankPicture, "x").ok());
    EXPECT_TRUE(triggers_.is_known(PictureKind::kPrankThumbnail, "x").ok());
    EXPECT_TRUE(triggers_.insert(prank_, sample_trigger("x", "y"), 1).ok());
    EXPECT_TRUE(triggers_.remove(prank_, id, 1).ok());
  });
  EXPECT_EQ(rest.find("SCAN prank"), std::string::npos) << rest;
  EXPECT_EQ(rest.find("SCAN generations"), std::string::npos) << rest;
}

}  // namespace
}  // namespace easel

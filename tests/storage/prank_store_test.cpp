#include "storage/prank_store.h"

#include <gtest/gtest.h>

#include "tests/storage/prank_records.h"
#include "tests/storage/query_plans.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class PrankStoreTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  std::unique_ptr<Database> database_ = *Database::open(folder_.path());
  PrankStore pranks_{*database_};
  TriggerStore triggers_{*database_};
};

TEST_F(PrankStoreTest, KeepsWhatItWasGiven) {
  PrankRecord prank = sample_prank("cats");
  prank.title = "Robert'); DROP TABLE pranks;-- <script>alert(1)</script> \u202e";
  prank.is_admin_only = true;
  const int64_t id = pranks_.insert(prank).value();
  for (const auto& found : {pranks_.by_id(id), pranks_.by_share_slug("cats"),
                            pranks_.by_builder_slug(prank.builder_slug)}) {
    ASSERT_TRUE(found.ok() && *found) << found.status();
    EXPECT_EQ((*found)->id, id);
    EXPECT_EQ((*found)->title, prank.title);
    EXPECT_EQ((*found)->session_id, "session");
    EXPECT_EQ((*found)->builder_slug, prank.builder_slug);
    EXPECT_TRUE((*found)->is_admin_only);
    EXPECT_FALSE((*found)->is_vip);
    EXPECT_EQ((*found)->view_count, 0);
    EXPECT_EQ((*found)->created_at_ms, kSomeTimeMs);
  }
}

TEST_F(PrankStoreTest, FindsNothingByAnythingElse) {
  pranks_.insert(sample_prank("cats")).value();
  for (const std::string_view slug : {"", "cat", "CATS", "cats ", "%", "' OR 1=1 --", "_ats"}) {
    EXPECT_FALSE(pranks_.by_share_slug(slug).value()) << slug;
    EXPECT_FALSE(pranks_.by_builder_slug(slug).value()) << slug;
  }
  EXPECT_FALSE(pranks_.by_id(2).value());
}

TEST_F(PrankStoreTest, AShareSlugIsTakenOnceAndThereIsOneVipPrank) {
  const int64_t cats = pranks_.insert(sample_prank("cats")).value();
  PrankRecord again = sample_prank("cats");
  again.builder_slug += "x";
  EXPECT_TRUE(absl::IsAlreadyExists(pranks_.insert(again).status()));
  PrankRecord vip = sample_prank("imagine");
  vip.is_vip = true;
  pranks_.insert(vip).value();
  vip.share_slug = "another";
  vip.builder_slug += "x";
  EXPECT_TRUE(absl::IsAlreadyExists(pranks_.insert(vip).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(pranks_.change(cats, {{}, "imagine"}, 1)));
  EXPECT_EQ(pranks_.by_id(cats).value()->share_slug, "cats");
}

TEST_F(PrankStoreTest, ChangesWhatIsGivenAlone) {
  const int64_t id = pranks_.insert(sample_prank("cats")).value();
  ASSERT_TRUE(pranks_.change(id, {"Another", {}}, kSomeTimeMs + 1).ok());
  EXPECT_EQ(pranks_.by_id(id).value()->title, "Another");
  EXPECT_EQ(pranks_.by_id(id).value()->share_slug, "cats");
  EXPECT_EQ(pranks_.by_id(id).value()->updated_at_ms, kSomeTimeMs + 1);
  ASSERT_TRUE(pranks_.change(id, {{}, "dogs"}, kSomeTimeMs + 2).ok());
  EXPECT_EQ(pranks_.by_share_slug("dogs").value()->title, "Another");
  EXPECT_TRUE(absl::IsNotFound(pranks_.change(99, {"x", {}}, 1)));
}

TEST_F(PrankStoreTest, RemovingTakesTriggersAndGivesTheirFiles) {
  const int64_t id = pranks_.insert(sample_prank("cats")).value();
  const int64_t other = pranks_.insert(sample_prank("dogs")).value();
  triggers_.insert(id, sample_trigger("a", "a1"), 1).value();
  triggers_.insert(id, sample_trigger("b", "b1"), 1).value();
  triggers_.insert(other, sample_trigger("a", "c1"), 1).value();
  const auto files = pranks_.remove(id).value();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].picture_file, "a1.png");
  EXPECT_EQ(files[1].thumbnail_file, "b1.webp");
  EXPECT_TRUE(triggers_.list(id).value().empty());
  EXPECT_FALSE(triggers_.is_known(PictureKind::kPrankPicture, "a1.png").value());
  EXPECT_EQ(triggers_.list(other).value().size(), 1u);
  EXPECT_TRUE(absl::IsNotFound(pranks_.remove(id).status()));
  // An id is never given again.
  EXPECT_GT(pranks_.insert(sample_prank("cats")).value(), other);
}

TEST_F(PrankStoreTest, ThePagesTogetherAreAllPranksOnce) {
  for (int i = 0; i < 7; ++i) pranks_.insert(sample_prank(concat("prank-", i))).value();
  triggers_.insert(7, sample_trigger("a", "a1"), 1).value();
  std::string seen;
  std::optional<std::string> cursor = "";
  while (cursor) {
    const PrankPage page = pranks_.page(3, *cursor).value();
    for (const ListedPrank& item : page.items) {
      seen += concat(item.prank.share_slug, ":", item.trigger_count, " ");
    }
    cursor = page.next;
  }
  EXPECT_EQ(seen, "prank-6:1 prank-5:0 prank-4:0 prank-3:0 prank-2:0 prank-1:0 prank-0:0 ");
  EXPECT_TRUE(fails_with(pranks_.page(3, "x").status(), Reason::kInvalidField, {"cursor"}));
  EXPECT_TRUE(fails_with(pranks_.page(0, "").status(), Reason::kInvalidField, {"limit"}));
  EXPECT_TRUE(fails_with(pranks_.page(101, "").status(), Reason::kInvalidField, {"limit"}));
}

TEST_F(PrankStoreTest, EveryQueryGoesByAnIndex) {
  const int64_t id = pranks_.insert(sample_prank("cats")).value();
  const std::string plans = plans_of(*database_, [&] {
    EXPECT_TRUE(pranks_.by_share_slug("cats").ok());
    EXPECT_TRUE(pranks_.by_builder_slug("cats").ok());
    EXPECT_TRUE(pranks_.by_id(id).ok());
    EXPECT_TRUE(pranks_.page(10, "5").ok());
    EXPECT_TRUE(pranks_.change(id, {"x", {}}, 1).ok());
    EXPECT_TRUE(pranks_.remove(id).ok());
  });
  EXPECT_NE(plans.find("SEARCH pranks USING INDEX sqlite_autoindex_pranks_1 (share_slug=?)"),
            std::string::npos)
      << plans;
  EXPECT_NE(plans.find("SEARCH pranks USING INDEX sqlite_autoindex_pranks_2 (builder_slug=?)"),
            std::string::npos)
      << plans;
  EXPECT_EQ(plans.find("SCAN"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("TEMP B-TREE"), std::string::npos) << plans;
}

TEST(ShareSlugTest, HasItsLettersAndItsLength) {
  for (const std::string& good : {std::string("abc"), std::string("a-1"), std::string(64, 'z')}) {
    EXPECT_TRUE(is_share_slug(good)) << good;
  }
  for (const std::string& bad :
       {std::string("ab"), std::string(65, 'a'), std::string("Abc"), std::string("a_b"),
        std::string("-ab"), std::string("ab-"), std::string("a b"), std::string("é12"),
        std::string("a\0b", 3), std::string("a/b"), std::string("a..b"), std::string()}) {
    EXPECT_FALSE(is_share_slug(bad)) << bad;
  }
}

TEST(ShareSlugTest, IsMadeOfATitle) {
  EXPECT_EQ(slug_of_title("  Mein CAFÉ: Straße 7! "), "mein-cafe-strasse-7");
  EXPECT_EQ(slug_of_title("İstanbul"), "istanbul");
  EXPECT_EQ(slug_of_title(std::string(200, 'x')), std::string(48, 'x'));
  for (const char* const none : {"", "猫の絵", "!!!", "a", "Imagine", "VIP", "builder"}) {
    EXPECT_EQ(slug_of_title(none), "") << none;
  }
}

}  // namespace
}  // namespace easel

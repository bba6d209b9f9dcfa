#include "services/models/model_registry.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class ModelRegistryTest : public ::testing::Test {
 protected:
  ModelRegistryTest() { places_.registry = folder_.path() / "config" / "models.toml"; }

  void write(std::string_view text) {
    std::filesystem::create_directories(places_.registry.parent_path());
    ASSERT_TRUE(write_file_atomically(places_.registry, text).ok());
  }
  std::string text() const { return read_file(places_.registry, 1 << 20).value_or("(no file)"); }
  ModelRegistry load() const {
    auto registry = ModelRegistry::load(places_);
    EXPECT_TRUE(registry.ok()) << registry.status();
    return *std::move(registry);
  }

  TempFolder folder_;
  ModelPlaces places_;
};

TEST_F(ModelRegistryTest, KnowsTheDemoModelWithoutAFile) {
  places_.demo = "/somewhere/demo";
  const ModelRegistry registry = load();
  ASSERT_NE(registry.find("demo"), nullptr);
  EXPECT_EQ(registry.find("demo")->path, "/somewhere/demo");
  EXPECT_EQ(registry.default_entry().key, "demo");
  EXPECT_EQ(registry.find("demo2"), nullptr);
}

TEST_F(ModelRegistryTest, AFilesEntryTakesThePlaceOfABuiltInOne) {
  write("[models.demo]\npath = \"/mine\"\n[models.z]\npath = \"/z\"\ndefault = true\n");
  const ModelRegistry registry = load();
  EXPECT_EQ(registry.find("demo")->path, "/mine");
  EXPECT_FALSE(registry.find("demo")->built_in);
  EXPECT_EQ(registry.default_entry().key, "z");
}

TEST_F(ModelRegistryTest, SuggestsTheNearestKeys) {
  const ModelRegistry registry = load();
  EXPECT_EQ(registry.nearest("flux_dv"), std::vector<std::string>{"flux_dev"});
  EXPECT_EQ(registry.nearest("dmeo"), std::vector<std::string>{"demo"});
  EXPECT_TRUE(registry.nearest("nothing_like_it").empty());
}

TEST_F(ModelRegistryTest, AddMakesTheFileAndKeepsWhatStandsInIt) {
  ASSERT_TRUE(add_to_registry(places_.registry, "one", folder_.path().string()).ok());
  write("# mine\n" + text());
  ASSERT_TRUE(add_to_registry(places_.registry, "v1.5", "org/name").ok());
  EXPECT_TRUE(text().starts_with("# mine\n[models.one]\n")) << text();
  const ModelRegistry registry = load();
  EXPECT_EQ(registry.find("one")->path, folder_.path());
  ASSERT_NE(registry.find("v1.5"), nullptr);
  EXPECT_EQ(registry.find("v1.5")->hub_id, "org/name");
}

TEST_F(ModelRegistryTest, AddQuotesWhatTomlWouldRead) {
  const std::filesystem::path odd = folder_.path() / "a \"b\\c\"\n[models.x]";
  std::filesystem::create_directory(odd);
  ASSERT_TRUE(add_to_registry(places_.registry, "odd", odd.string()).ok());
  EXPECT_EQ(load().find("odd")->path, odd);
  EXPECT_EQ(load().find("x"), nullptr);
}

TEST_F(ModelRegistryTest, AddRefusesAKeyThatIsThereAndOneThatCannotBe) {
  write("[models.a]\npath = \"/a\"\n");
  EXPECT_EQ(reason_of(add_to_registry(places_.registry, "a", "org/name")), Reason::kInvalidField);
  EXPECT_EQ(reason_of(add_to_registry(places_.registry, "a/b", "org/name")), Reason::kInvalidField);
  EXPECT_EQ(text(), "[models.a]\npath = \"/a\"\n");
}

TEST_F(ModelRegistryTest, RemoveTakesTheEntryAndItsTablesOnly) {
  write(
      "# top\n[models.a]\npath = \"/a\"\n[models.a.allowed]\nsteps = [1, 2]\n\n[models.ab]\npath = "
      "\"/b\" # b\n");
  ASSERT_TRUE(remove_from_registry(places_.registry, "a").ok());
  EXPECT_EQ(text(), "# top\n[models.ab]\npath = \"/b\" # b\n");
}

TEST_F(ModelRegistryTest, RemoveRefusesWhatItCannotTakeOutSafely) {
  const std::string inline_entry = "models.a = { path = \"/a\" }\n";
  write(inline_entry);
  EXPECT_EQ(reason_of(remove_from_registry(places_.registry, "a")), Reason::kInvalidField);
  EXPECT_EQ(reason_of(remove_from_registry(places_.registry, "demo")), Reason::kInvalidField);
  EXPECT_EQ(text(), inline_entry);
}

TEST_F(ModelRegistryTest, ABrokenFileIsAnErrorWithItsLine) {
  write("[models.a]\npat = 1\n");
  const auto registry = ModelRegistry::load(places_);
  ASSERT_FALSE(registry.ok());
  EXPECT_EQ(reason_of(registry.status()), Reason::kInvalidField);
  EXPECT_NE(registry.status().message().find("models.toml:"), absl::string_view::npos);
}

}  // namespace
}  // namespace easel

#include "services/models/model_locator.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

class ModelLocatorTest : public ::testing::Test {
 protected:
  ModelLocatorTest() : started_in_(fs::current_path()) {
    fs::create_directory(folder_.path() / "work");
    fs::current_path(folder_.path() / "work");
    places_.registry = folder_.path() / "models.toml";
    places_.models_dir = folder_.path() / "models";
    places_.hub_cache = folder_.path() / "hub";
    places_.demo = folder_.path() / "demo";
  }

  ~ModelLocatorTest() override { fs::current_path(started_in_); }

  fs::path make(const fs::path& relative) {
    fs::create_directories(folder_.path() / relative);
    return folder_.path() / relative;
  }
  absl::StatusOr<LocatedModel> locate(std::string_view name) {
    auto registry = ModelRegistry::load(places_);
    EXPECT_TRUE(registry.ok()) << registry.status();
    return locate_model(name, *registry, places_);
  }
  fs::path path_of(std::string_view name) {
    const auto located = locate(name);
    EXPECT_TRUE(located.ok()) << located.status();
    return located.ok() ? located->path : fs::path();
  }
  std::string refusal(std::string_view name) {
    const auto located = locate(name);
    EXPECT_FALSE(located.ok());
    if (located.ok()) return "";
    EXPECT_EQ(reason_of(located.status()), Reason::kModelMissing);
    return std::string(to_std(located.status().message()));
  }

  const fs::path started_in_;
  TempFolder folder_;
  ModelPlaces places_;
};

TEST_F(ModelLocatorTest, TakesAnExistingPathAsGiven) {
  const fs::path model = make("anywhere");
  EXPECT_EQ(path_of(model.string()), model);
}

TEST_F(ModelLocatorTest, FindsKeysAndTheirComponents) {
  const fs::path model = make("m");
  ASSERT_TRUE(write_file_atomically(places_.registry,
                                    "[models.k]\npath = \"m\"\ncomponents = { vae = \"v\" }\n")
                  .ok());
  const auto located = locate("k");
  ASSERT_TRUE(located.ok()) << located.status();
  EXPECT_EQ(located->path, model);
  EXPECT_EQ(located->components.at("vae"), folder_.path() / "v");
}

TEST_F(ModelLocatorTest, AFolderWithAKeysNameHidesItOnlyWhenItIsAModel) {
  const fs::path demo = make("demo");
  make("work/demo/model");
  EXPECT_EQ(path_of("demo"), demo);
  folder_.write("work/demo/model_index.json", "{}");
  EXPECT_EQ(path_of("demo"), "demo");
}

TEST_F(ModelLocatorTest, AnEmptyNameIsTheDefault) {
  const fs::path demo = make("demo");
  EXPECT_EQ(path_of(""), demo);
}

TEST_F(ModelLocatorTest, PrefersTheModelsFolderToTheHubCache) {
  const fs::path snapshot = make("hub/models--org--name/snapshots/abc");
  EXPECT_EQ(path_of("org/name"), snapshot);
  const fs::path own = make("models/org/name");
  EXPECT_EQ(path_of("org/name"), own);
}

TEST_F(ModelLocatorTest, AHubIdThatIsNotHereSaysWhereItLookedAndHowToGetIt) {
  const std::string message = refusal("black-forest-labs/FLUX.1-dev");
  EXPECT_NE(message.find(places_.models_dir.string()), std::string::npos) << message;
  EXPECT_NE(message.find(places_.hub_cache.string()), std::string::npos) << message;
  EXPECT_NE(message.find("hf download black-forest-labs/FLUX.1-dev"), std::string::npos) << message;
  EXPECT_NE(message.find("HF_TOKEN or HUGGINGFACE_HUB_TOKEN"), std::string::npos) << message;
  EXPECT_NE(message.find("GiB of disk"), std::string::npos) << message;
}

TEST_F(ModelLocatorTest, AKeyOfAHubModelThatIsNotHereSaysHowToGetIt) {
  EXPECT_NE(refusal("flux_dev").find("hf download black-forest-labs/FLUX.1-dev"),
            std::string::npos);
}

TEST_F(ModelLocatorTest, AnUnknownNameSuggestsKeys) {
  EXPECT_NE(refusal("flux_dew").find("did you mean flux_dev?"), std::string::npos);
  EXPECT_NE(refusal("./no/such/folder").find("no such path"), std::string::npos);
  EXPECT_NE(refusal("/no/such").find("no such path"), std::string::npos);
}

TEST_F(ModelLocatorTest, AMovedModelNamesThePlaceTheRegistryHas) {
  ASSERT_TRUE(write_file_atomically(places_.registry, "[models.k]\npath = \"/gone\"\n").ok());
  EXPECT_NE(refusal("k").find("/gone, where the registry says it is"), std::string::npos);
}

TEST_F(ModelLocatorTest, AMissingDemoNamesItsVariable) {
  EXPECT_NE(refusal("demo").find("EASEL_DEMO_DIR"), std::string::npos);
}

}  // namespace
}  // namespace easel

// `easel models`: the registry from the command line.
#include <filesystem>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

class ModelsTest : public EaselTest {
 protected:
  nlohmann::json entry(const std::string& name) {
    const nlohmann::json json = easel({"models", "--json"}).json();
    for (const nlohmann::json& model : json.value("models", nlohmann::json::array())) {
      if (model["name"] == name) return model;
    }
    return nullptr;
  }
};

TEST_F(ModelsTest, AddsListsUsesAndRemovesAKey) {
  const ProcessResult added = easel({"models", "add", "tiny", model().string()});
  EXPECT_EQ(added.exit_code, 0) << added.err;
  const nlohmann::json tiny = entry("tiny");
  ASSERT_TRUE(tiny.is_object());
  EXPECT_EQ(tiny["family"], "flux");
  EXPECT_EQ(tiny["path"], model().string());
  EXPECT_EQ(generate({"--model", "tiny", "--steps", "1"}).exit_code, 0);
  EXPECT_EQ(easel({"models", "add", "tiny", model().string()}).exit_code, 2);
  EXPECT_EQ(easel({"models", "remove", "tiny"}).exit_code, 0);
  EXPECT_TRUE(entry("tiny").is_null());
  EXPECT_EQ(easel({"models", "remove", "tiny"}).exit_code, 2);
}

TEST_F(ModelsTest, AHubIdMayBeAddedBeforeItIsHere) {
  const ProcessResult added = easel({"models", "add", "later", "org/name"});
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_NE(added.err.find("hf download org/name"), std::string::npos) << added.err;
  EXPECT_EQ(entry("later")["path"], "");
  EXPECT_EQ(generate({"--model", "later"}).exit_code, 3);
}

TEST_F(ModelsTest, WhatIsNoModelIsNotAdded) {
  EXPECT_EQ(easel({"models", "add", "x", folder_.path().string()}).exit_code, 3);
  EXPECT_EQ(easel({"models", "add", "a/b", model().string()}).exit_code, 2);
  EXPECT_TRUE(entry("x").is_null());
}

TEST_F(ModelsTest, FindsModelsOfTheHubCache) {
  const auto snapshot = private_folder_ / ".cache/huggingface/hub/models--org--name/snapshots/abc";
  std::filesystem::create_directories(snapshot);
  std::filesystem::copy(model(), snapshot, std::filesystem::copy_options::recursive);
  EXPECT_EQ(entry("org/name")["path"], snapshot.string());
  EXPECT_EQ(generate({"--model", "org/name", "--steps", "1"}).exit_code, 0);
}

TEST_F(ModelsTest, ListsTheDemoModelAsTheDefault) {
  EXPECT_EQ(entry("demo")["default"], true);
  const ProcessResult text = easel({"models"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find("demo"), std::string::npos);
}

TEST_F(ModelsTest, ABrokenRegistryIsNamedWithItsLine) {
  private_folder_.write(".config/easel/models.toml", "[models.a]\npaht = \"/a\"\n");
  const ProcessResult result = easel({"models"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("models.toml:"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("paht"), std::string::npos) << result.err;
}

TEST_F(ModelsTest, AnUnknownKeySuggestsOne) {
  const ProcessResult result = generate({"--model", "flux_dve"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("did you mean flux_dev?"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace easel

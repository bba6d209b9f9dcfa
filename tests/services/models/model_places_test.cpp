#include "services/models/model_places.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace easel {
namespace {

ModelPlaces places_for(const std::map<std::string, std::string>& variables) {
  const Environment environment = [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  return model_places(environment, "/src/easel/build/bin/easel");
}

TEST(ModelPlacesTest, DefaultsLieInTheHome) {
  const ModelPlaces places = places_for({{"HOME", "/home/u"}});
  EXPECT_EQ(places.registry, "/home/u/.config/easel/models.toml");
  EXPECT_EQ(places.hub_cache, "/home/u/.cache/huggingface/hub");
  EXPECT_TRUE(places.models_dir.empty());
  EXPECT_EQ(places.demo, "/src/easel/demo/model");
}

TEST(ModelPlacesTest, VariablesWinInTheHubsOwnOrder) {
  EXPECT_EQ(places_for({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}).hub_cache, "/c/huggingface/hub");
  EXPECT_EQ(places_for({{"XDG_CACHE_HOME", "/c"}, {"HF_HOME", "/hf"}}).hub_cache, "/hf/hub");
  EXPECT_EQ(places_for({{"HF_HOME", "/hf"}, {"HF_HUB_CACHE", "/hub"}}).hub_cache, "/hub");
  EXPECT_EQ(places_for({{"HOME", "/h"}, {"XDG_CONFIG_HOME", "/x"}}).registry,
            "/x/easel/models.toml");
  EXPECT_EQ(places_for({{"XDG_CONFIG_HOME", "/x"}, {"EASEL_REGISTRY", "/r"}}).registry, "/r");
  EXPECT_EQ(places_for({{"EASEL_DEMO_DIR", "/d"}}).demo, "/d");
}

TEST(ModelPlacesTest, AUserWithoutAHomeHasNoPlaces) {
  EXPECT_TRUE(places_for({}).registry.empty());
  EXPECT_TRUE(places_for({}).hub_cache.empty());
}

}  // namespace
}  // namespace easel

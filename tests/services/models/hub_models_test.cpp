#include "services/models/hub_models.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(HubModelsTest, KnowsAHubIdFromAPath) {
  EXPECT_TRUE(is_hub_id("black-forest-labs/FLUX.1-dev"));
  for (const char* text :
       {"demo", "/abs", "./x", "a/b/c", "a/", "/b", "..", "../b", "a/..", "a b/c", "a/b--c"}) {
    EXPECT_FALSE(is_hub_id(text)) << text;
  }
}

TEST(HubModelsTest, TheAdviceNamesTheFolderThatIsInUse) {
  EXPECT_EQ(download_advice("org/name", ""), "download it with:\n  hf download org/name");
  EXPECT_EQ(download_advice("org/name", "/m"),
            "download it with:\n  hf download org/name --local-dir '/m/org/name'");
}

TEST(HubModelsTest, OnlyGatedModelsWantAToken) {
  EXPECT_NE(download_advice("stabilityai/stable-diffusion-3-medium-diffusers", "").find("HF_TOKEN"),
            std::string::npos);
  EXPECT_EQ(download_advice("black-forest-labs/FLUX.1-schnell", "").find("HF_TOKEN"),
            std::string::npos);
}

}  // namespace
}  // namespace easel

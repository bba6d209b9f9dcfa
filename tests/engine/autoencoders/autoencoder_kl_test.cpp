#include "engine/autoencoders/autoencoder_kl.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "tests/engine/autoencoders/golden_autoencoder.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

class AutoencoderKlTest : public ::testing::TestWithParam<const char*> {
 protected:
  const TensorMap expected_ =
      load_data(std::string("flux/cases/vae_") + GetParam() + ".safetensors");
  const GoldenAutoencoder golden_ = load_golden_autoencoder(GetParam());
};

TEST_P(AutoencoderKlTest, EncodesToTheReferencesMoments) {
  const auto posterior = golden_.vae->encode(expected_.at("image"));
  const auto halves = expected_.at("moments").chunk(2, /*dim=*/1);
  EXPECT_TRUE(close(posterior.mean, halves[0], kRelativeFp32));
  EXPECT_TRUE(close(posterior.logvar, halves[1].clamp(-30.0, 20.0), kRelativeFp32));
}

TEST_P(AutoencoderKlTest, DecodesTheMeanToTheReferencesPicture) {
  const at::Tensor mean = expected_.at("moments").chunk(2, /*dim=*/1)[0];
  EXPECT_TRUE(close(golden_.vae->decode(golden_.vae->to_model(mean)), expected_.at("decoded"),
                    kRelativeFp32));
}

INSTANTIATE_TEST_SUITE_P(Models, AutoencoderKlTest, ::testing::ValuesIn(kGoldenModels),
                         [](const auto& one) { return std::string(one.param); });

TEST(PosteriorTest, SamplesMeanAndDeviationFromTheGenerator) {
  const AutoencoderKl::Posterior posterior{at::full({1, 2, 3, 3}, 5.0),
                                           at::full({1, 2, 3, 3}, std::log(4.0))};
  const auto generator = [] { return at::make_generator<at::CPUGeneratorImpl>(7); };
  const at::Tensor noise = at::randn({1, 2, 3, 3}, generator(), at::TensorOptions(at::kFloat));
  EXPECT_TRUE(close(posterior.sample(generator()), noise * 2.0 + 5.0, kRelativeFp32));
}

TEST(AutoencoderKlConfigTest, RefusesWhatCannotBe) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"down_block_types": ["AttnDownEncoderBlock2D"]})", "AttnDownEncoderBlock2D"},
      {R"({"norm_num_groups": 0})", "norm_num_groups"},
      {R"({"block_out_channels": [6], "norm_num_groups": 4})", "block_out_channels"},
      {R"({"block_out_channels": []})", "block_out_channels"},
      {R"({"scaling_factor": 0})", "scaling_factor"},
      {R"({"latent_channels": -1})", "latent_channels"},
  };
  for (const auto& [text, named] : cases) {
    nlohmann::json json = {{"block_out_channels", {32}}};
    json.update(nlohmann::json::parse(text));
    EXPECT_TRUE(fails_with(AutoencoderKlConfig::from_json(json, "vae/config.json").status(),
                           Reason::kBadWeights, {"vae/config.json", named}))
        << text;
  }
}

}  // namespace
}  // namespace easel::testing

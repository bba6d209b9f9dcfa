// One call of the denoiser on what the reference's transformer got, against what it gave.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/families/flux/transformer.h"
#include "engine/memory/component.h"
#include "engine/weights/model_folder.h"
#include "tests/engine/families/flux/golden_case.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

struct LoadedTransformer {
  std::unique_ptr<Component> component;  // owns the network
  const flux::Transformer* transformer = nullptr;
  int64_t pixels_a_token = 0;
};

LoadedTransformer load_transformer(const std::string& model) {
  const auto folder =
      ModelFolder::open(std::string(EASEL_TEST_DATA) + "/flux/models/" + model).value();
  const auto config =
      flux::TransformerConfig::from_json(folder.config("transformer").value(), "transformer")
          .value();
  auto network = std::make_unique<flux::Transformer>(config);
  const flux::Transformer* transformer = network.get();
  auto component =
      Component::create("transformer", std::move(network), folder.checkpoint("transformer").value(),
                        flux::Transformer::key_rules());
  EXPECT_TRUE(component.ok()) << component.status();
  EXPECT_TRUE((*component)->load(at::kFloat, at::kCPU).ok());
  const auto levels = folder.config("vae").value()["block_out_channels"].size();
  return {*std::move(component), transformer, int64_t{2} << (levels - 1)};
}

// Text tensors are stored once, whatever the number of images.
at::Tensor for_images(const at::Tensor& rows, int64_t images) {
  return rows.repeat_interleave(images, /*dim=*/0);
}

class TransformerStepTest : public ::testing::TestWithParam<GoldenCase> {
 protected:
  // `prefix`: "" for the prompt, "negative." for the negative one.
  at::Tensor predict(const LoadedTransformer& loaded, const TensorMap& tensors,
                     const std::string& prefix) const {
    const at::Tensor latents = tensors.at("latents.0"),
                     embeds = tensors.at(prefix + "prompt_embeds");
    const int64_t images = latents.size(0);
    flux::Transformer::Conditioning conditioning;
    conditioning.prompt_embeds = for_images(embeds, images);
    conditioning.pooled = for_images(tensors.at(prefix + "pooled_prompt_embeds"), images);
    conditioning.guidance = at::full({images}, GetParam().arguments["guidance"].get<double>());
    conditioning.rotary = loaded.transformer->rotary_table(
        embeds.size(1), GetParam().arguments["height"].get<int64_t>() / loaded.pixels_a_token,
        GetParam().arguments["width"].get<int64_t>() / loaded.pixels_a_token);
    return loaded.transformer->forward(latents, tensors.at("step0.timestep"), conditioning);
  }
};

TEST_P(TransformerStepTest, EqualsTheReference) {
  const TensorMap tensors = GetParam().tensors();
  const LoadedTransformer loaded = load_transformer(GetParam().arguments["model"]);
  EXPECT_TRUE(close(predict(loaded, tensors, ""), tensors.at("step0.prediction"), kRelativeFp32));
  if (!tensors.contains("step0.negative_prediction")) return;
  EXPECT_TRUE(close(predict(loaded, tensors, "negative."), tensors.at("step0.negative_prediction"),
                    kRelativeFp32));
}

// Those whose text is stored whole: the others keep its first rows only.
std::vector<GoldenCase> whole_cases() {
  std::vector<GoldenCase> cases;
  for (GoldenCase& one : golden_cases()) {
    if (one.arguments["max_sequence_length"] <= 64) cases.push_back(std::move(one));
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Cases, TransformerStepTest, ::testing::ValuesIn(whole_cases()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace easel::testing

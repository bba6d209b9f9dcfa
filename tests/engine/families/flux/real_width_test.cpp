// One double and one single block at the width of the published model against the reference.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/families/flux/transformer.h"
#include "tests/support/counter_random.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

class RealWidthTest : public ::testing::Test {
 protected:
  // The tensor of that name, as the reference made it.
  at::Tensor made(const std::string& name) const {
    for (const auto& entry : description_["tensors"]) {
      if (entry["name"] != name) continue;
      return counter_random(entry["index"], entry["shape"].get<std::vector<int64_t>>(),
                            entry["amplitude"], entry["offset"]);
    }
    ADD_FAILURE() << name << " is not described";
    return {};
  }

  void bind(Module& root) const {
    root.visit_parameters([&](const std::string& key, Parameter& parameter) {
      parameter.bind(made(key), Place::kHost);
    });
  }

  RotaryTable rotary() const {
    flux::TransformerConfig config = config_;
    config.num_layers = config.num_single_layers = 0;
    return flux::Transformer(config).rotary_table(
        description_["text_tokens"], description_["image_rows"], description_["image_columns"]);
  }

  // The reference keeps every so many columns.
  void expect_reference(const at::Tensor& got, const std::string& name) const {
    const at::Tensor kept =
        got.slice(/*dim=*/-1, 0, std::nullopt, description_["column_stride"].get<int64_t>());
    EXPECT_TRUE(close(kept, expected_.at(name), kRelativeFp32)) << name;
  }

  const nlohmann::json description_ =
      nlohmann::json::parse(std::ifstream(EASEL_TEST_DATA "/flux/real_width.json"));
  const TensorMap expected_ = load_data("flux/real_width.safetensors");
  const flux::TransformerConfig config_;  // its defaults are the published model's
  const at::Tensor silu_temb_ = at::silu(made("input.temb"));
};

TEST_F(RealWidthTest, WeightsAreTheReferencesOwn) {
  const at::Tensor first = made("input.hidden_states").flatten().narrow(0, 0, 4);
  const auto expected = description_["first_values_of_tensor_0"].get<std::vector<float>>();
  EXPECT_TRUE(at::equal(first, at::tensor(expected)));
}

TEST_F(RealWidthTest, DoubleBlockEqualsTheReference) {
  Module root;
  const flux::DoubleBlock block(root, "transformer_blocks.0", config_);
  bind(root);
  at::Tensor image = made("input.hidden_states"), text = made("input.encoder_hidden_states");
  block.forward(image, text, silu_temb_, rotary());
  expect_reference(image, "transformer_blocks.0.hidden_states");
  expect_reference(text, "transformer_blocks.0.encoder_hidden_states");
}

TEST_F(RealWidthTest, SingleBlockEqualsTheReference) {
  Module root;
  const flux::SingleBlock block(root, "single_transformer_blocks.0", config_);
  bind(root);
  const at::Tensor text = made("input.encoder_hidden_states"), image = made("input.hidden_states");
  const at::Tensor out = block.forward(at::cat({text, image}, /*dim=*/1), silu_temb_, rotary());
  expect_reference(out.narrow(1, 0, text.size(1)),
                   "single_transformer_blocks.0.encoder_hidden_states");
  expect_reference(out.narrow(1, text.size(1), image.size(1)),
                   "single_transformer_blocks.0.hidden_states");
}

}  // namespace
}  // namespace easel::testing

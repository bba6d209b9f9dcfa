#include "engine/families/flux/memory.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "base/process_memory.h"
#include "base/strings.h"
#include "engine/families/flux/transformer.h"
#include "engine/nn/activation.h"
#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"

namespace easel::testing {
namespace {

constexpr int64_t kMiB = 1 << 20;

void bind_random(Module& network, at::ScalarType dtype) {
  network.visit_parameters([&](const std::string&, Parameter& parameter) {
    parameter.bind(at::randn(parameter.shape(), dtype).mul_(0.02), Place::kHost);
  });
}

struct Measured {
  std::string what;
  int64_t bytes = 0, estimate = 0;
  std::string text() const {
    return concat(what, ": measured ", bytes / kMiB, " MiB, estimated ", estimate / kMiB, " MiB");
  }
};

// Most bytes that `work` held above what there was before.
template <typename Work>
int64_t peak_bytes_of(const Work& work) {
  return_large_pieces_at_once();  // as under a budget
  trim_free_memory();
  reset_peak_resident_bytes();
  const int64_t before = resident_bytes();
  work();
  return peak_resident_bytes() - before;
}

// Two blocks hold no more than many: one of each kind.
flux::TransformerConfig of_width(int64_t heads) {
  flux::TransformerConfig config;
  config.num_layers = config.num_single_layers = 1;
  config.num_heads = heads;
  return config;
}

// One step, with the inputs made inside, as they are part of the estimate.
Measured measure_step(const flux::TransformerConfig& config, const flux::StepShape& shape,
                      at::ScalarType dtype) {
  const c10::InferenceMode inference;
  flux::Transformer transformer(config);
  bind_random(transformer, dtype);
  const auto step = [&](int64_t height, int64_t width, int64_t text) {
    flux::Transformer::Conditioning conditioning;
    conditioning.prompt_embeds = at::randn({shape.batch, text, config.joint_attention_dim}, dtype);
    conditioning.pooled = at::randn({shape.batch, config.pooled_projection_dim}, dtype);
    conditioning.rotary = transformer.rotary_table(text, height / 2, width / 2);
    transformer.forward(
        at::randn({shape.batch, height / 2 * (width / 2), config.in_channels}, dtype),
        at::full({shape.batch}, 0.5, dtype), conditioning);
  };
  step(4, 4, 8);
  const int64_t bytes = peak_bytes_of([&] { step(shape.height, shape.width, shape.text_tokens); });
  return {concat("step of ", shape.tokens(), " tokens, width ", config.inner_dim(), ", ",
                 c10::toString(dtype)),
          bytes, flux::denoise_step_bytes(config, shape)};
}

TEST(FluxMemoryTest, AStepHoldsNoMoreThanTheEstimate) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  const flux::StepShape shape{
      .height = 64, .width = 48, .text_tokens = 128, .batch = 1, .dtype_size = 4};
  const Measured one = measure_step(of_width(/*heads=*/4), shape, at::kFloat);
  EXPECT_LE(one.bytes, one.estimate) << one.text();
}

// --gtest_also_run_disabled_tests: a minute.
TEST(FluxMemoryTest, DISABLED_AtThePublishedWidthTheEstimateIsCloseAbove) {
  for (const at::ScalarType dtype : {at::kBFloat16, at::kFloat}) {
    for (const int64_t side : {32, 64}) {
      const flux::StepShape shape{.height = side,
                                  .width = side,
                                  .text_tokens = 512,
                                  .batch = 1,
                                  .dtype_size = static_cast<int64_t>(c10::elementSize(dtype))};
      const Measured one = measure_step(of_width(/*heads=*/24), shape, dtype);
      std::cout << one.text() << std::endl;
      EXPECT_LE(one.bytes, one.estimate) << one.text();
      EXPECT_GE(one.bytes, one.estimate - 64 * kMiB) << one.text();
    }
  }
}

TEST(FluxMemoryTest, DISABLED_TheTextEncodersHoldNoMoreThanTheEstimate) {
  const c10::InferenceMode inference;
  T5Config t5;
  t5.d_model = 4096, t5.d_ff = 10240, t5.num_heads = 64, t5.gated = true, t5.num_layers = 1;
  t5.activation = find_activation("gelu_new").value();
  ClipTextConfig clip;
  clip.hidden_size = 768, clip.intermediate_size = 3072, clip.num_heads = 12;
  clip.activation = find_activation("quick_gelu").value();
  for (const at::ScalarType dtype : {at::kBFloat16, at::kFloat}) {
    const auto size = static_cast<int64_t>(c10::elementSize(dtype));
    T5Encoder t5_encoder(t5);
    bind_random(t5_encoder, dtype);
    ClipTextModel clip_encoder(clip);
    bind_random(clip_encoder, dtype);
    const auto run_t5 = [&](int64_t rows, int64_t tokens) {
      T5Encoder::Progress progress = t5_encoder.begin(at::ones({rows, tokens}, at::kLong));
      t5_encoder.run_layer(0, progress);
      t5_encoder.finish(progress);
    };
    run_t5(1, 8);
    clip_encoder.forward(at::ones({1, 8}, at::kLong));
    for (const int64_t rows : {1, 2}) {
      const Measured encoders[] = {
          {"t5", peak_bytes_of([&] { run_t5(rows, 512); }), flux::t5_bytes(t5, rows, 512, size)},
          {"clip", peak_bytes_of([&] {
             clip_encoder.forward(at::ones({rows, 77}, at::kLong));
           }),
           flux::clip_bytes(clip, rows, 77, size)}};
      for (const Measured& one : encoders) {
        std::cout << c10::toString(dtype) << " " << rows << " " << one.text() << std::endl;
        EXPECT_LE(one.bytes, one.estimate) << one.text();
      }
    }
  }
}

TEST(FluxMemoryTest, BothHalvesOfGuidanceCountTwice) {
  const flux::TransformerConfig config;
  flux::StepShape shape{.height = 128, .width = 128, .text_tokens = 512};
  const auto one = static_cast<double>(flux::denoise_step_bytes(config, shape));
  shape.batch = 2;
  EXPECT_NEAR(static_cast<double>(flux::denoise_step_bytes(config, shape)) / one, 2.0, 0.3);
}

TEST(FluxMemoryTest, ScoresCountWhereTheBackendHoldsThem) {
  const flux::TransformerConfig config;
  flux::StepShape shape{.height = 128, .width = 128, .text_tokens = 512};
  const int64_t without = flux::denoise_step_bytes(config, shape);
  shape.score_bytes = 4096 * kMiB;
  EXPECT_GT(flux::denoise_step_bytes(config, shape), without + 3072 * kMiB);
}

}  // namespace
}  // namespace easel::testing

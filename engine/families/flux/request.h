// A FLUX request on its way: checked, tokenised, scheduled.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/autoencoders/vae_tiler.h"
#include "engine/families/flux/transformer.h"
#include "engine/families/stage.h"
#include "engine/image/image.h"
#include "engine/samplers/flow_match_schedule.h"
#include "engine/text_encoders/t5_encoder.h"
#include "engine/tokenizers/tokenizer.h"
#include "engine/weights/model_folder.h"

namespace easel::flux {

// Rows of text tensors: the prompt, then the negative prompt where true CFG is on.
struct State : RequestState {
  // What is computed.
  int64_t width = 0, height = 0;                // pixels
  int64_t latent_width = 0, latent_height = 0;  // even
  int64_t num_images = 1;
  int64_t steps = 0, first_step = 0;  // first_step > 0: image to image
  double guidance = 0.0, true_cfg = 1.0;
  std::optional<double> strength;
  uint64_t seed = 0;
  FlowMatchSchedule schedule;
  bool use_true_cfg = false, wants_preview = false;
  std::optional<Image> picture, mask;

  // What the stages leave.
  at::Generator generator;                       // on the host, drawn from in the reference's order
  at::Tensor clip_ids, t5_ids;                   // [rows, length]
  T5Encoder::Progress t5;                        // while T5 runs
  at::Tensor pooled, prompt_embeds;              // [rows, P], [rows, T, D]
  at::Tensor pixels;                             // the start picture, while it is encoded
  VaeTiler encoding, decoding;                   // pictures begun
  at::Tensor image_latents, latent_mask, noise;  // packed; image to image and inpainting
  at::Tensor latents;                            // [num_images, tokens, in_channels]
  at::Tensor denoised;  // the same, as far as it can be told now; for previews
  std::optional<Transformer::Conditioning> conditioning;  // of num_images × rows
  std::vector<at::Tensor> images;                         // [3, H, W] fp32 on the host, 0…1

  int64_t rows() const { return use_true_cfg ? 2 : 1; }
};

inline State& flux_state(RequestState& state) { return static_cast<State&>(state); }
inline const State& flux_state(const RequestState& state) {
  return static_cast<const State&>(state);
}

// What of the model a request is checked against.
struct RequestContext {
  const TransformerConfig& transformer;
  const AutoencoderKlConfig& vae;
  const FlowMatchConfig& sampler;
  const RecommendedSettings& recommended;
  const Tokenizer& clip_tokenizer;
  const Tokenizer& t5_tokenizer;
  int64_t clip_length = 0;  // tokens that CLIP is given
};

// INVALID_FIELD, naming the field, its value and what is allowed.
absl::StatusOr<std::unique_ptr<State>> make_state(const GenerateRequest& request,
                                                  const RequestContext& context);

}  // namespace easel::flux

// The denoise stage of FLUX: start latents and conditioning, then a step a unit.
#include <ATen/ATen.h>

#include <utility>

#include "base/strings.h"
#include "engine/families/flux/latents.h"
#include "engine/families/flux/pipeline.h"
#include "engine/samplers/flow_match_euler.h"

namespace easel::flux {
namespace {

// Rows [prompt, negative] → [prompt × n, negative × n].
at::Tensor repeat_rows(const at::Tensor& rows, int64_t n) {
  return rows.repeat_interleave(n, /*dim=*/0);
}

at::Tensor cat_rows(const std::vector<at::Tensor>& parts) {
  return parts.size() == 1 ? parts.front() : at::cat(parts, /*dim=*/0);
}

}  // namespace

void FluxPipeline::prepare_latents(State& state) const {
  at::Generator generator = state.generator.clone();
  const bool given = state.noise.defined();
  at::Tensor noise = state.noise;
  if (!given) {
    // One call for all images, on the host, in the model's dtype: the reference's stream of
    // numbers.
    noise = pack_latents(at::randn({state.num_images, transformer_->config().latent_channels(),
                                    state.latent_height, state.latent_width},
                                   generator, at::TensorOptions(options_.dtype)));
  }
  noise = noise.to(tensor_options());
  // Latents that are given are the start itself, with an image too.
  const bool blend = state.picture && !given;
  const float sigma = state.schedule.sigmas[static_cast<size_t>(state.first_step)];
  const at::Tensor start = blend ? add_noise(state.image_latents, noise, sigma) : noise;
  state.recorder.record("latents.0", start);
  state.latents = start;
  state.noise = noise;
  state.generator = generator;
}

void FluxPipeline::prepare_conditioning(State& state) const {
  const int64_t n = state.num_images;
  Transformer::Conditioning conditioning;
  conditioning.prompt_embeds = repeat_rows(state.prompt_embeds, n);
  conditioning.pooled = repeat_rows(state.pooled, n);
  if (transformer_->config().guidance_embeds) {
    conditioning.guidance = at::full({n * state.rows()}, state.guidance,
                                     at::TensorOptions(at::kFloat).device(options_.device));
  }
  conditioning.rotary = transformer_->rotary_table(state.prompt_embeds.size(1),
                                                   state.latent_height / 2, state.latent_width / 2);
  conditioning.rotary.cos = conditioning.rotary.cos.to(options_.device);
  conditioning.rotary.sin = conditioning.rotary.sin.to(options_.device);
  state.conditioning = std::move(conditioning);
}

// All states in one pass over the weights; they are of equal shape.
void FluxPipeline::denoise_step(absl::Span<RequestState* const> requests) const {
  std::vector<at::Tensor> latents, timesteps;
  std::vector<const Transformer::Conditioning*> conditionings;
  for (RequestState* request : requests) {
    State& state = flux_state(*request);
    if (!state.latents.defined()) prepare_latents(state);
    if (!state.conditioning) prepare_conditioning(state);
    for (int64_t row = 0; row < state.rows(); ++row) latents.push_back(state.latents);
    // t in the latents' dtype before it is divided, as the reference rounds it.
    const auto step = static_cast<size_t>(state.first_step + state.unit);
    timesteps.push_back(at::full({state.num_images * state.rows()}, state.schedule.timesteps[step],
                                 tensor_options())
                            .div(1000.0));
    conditionings.push_back(&*state.conditioning);
  }
  const at::Tensor predictions = transformer_->forward(
      cat_rows(latents), cat_rows(timesteps), Transformer::Conditioning::cat(conditionings));
  std::vector<Step> steps;
  int64_t row = 0;
  for (const RequestState* request : requests) {
    const State& state = flux_state(*request);
    const int64_t rows = state.num_images * state.rows();
    steps.push_back(take_step(state, predictions.narrow(0, row, rows)));
    row += rows;
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    State& state = flux_state(*requests[i]);
    state.recorder.record(concat("latents.", state.unit + 1), steps[i].latents);
  }
  // Set only when nothing can fail any more: a step that runs out of memory is done again.
  for (size_t i = 0; i < requests.size(); ++i) {
    State& state = flux_state(*requests[i]);
    state.latents = std::move(steps[i].latents);
    state.denoised = std::move(steps[i].denoised);
  }
}

FluxPipeline::Step FluxPipeline::take_step(const State& state, at::Tensor prediction) const {
  const auto step = static_cast<size_t>(state.first_step + state.unit);
  if (state.use_true_cfg) {
    const auto halves = prediction.chunk(2);  // with the prompt, with the negative prompt
    prediction = halves[1] + (halves[0] - halves[1]) * state.true_cfg;
  }
  Step next;
  next.latents = euler_step(state.latents, prediction, state.schedule.sigmas[step],
                            state.schedule.sigmas[step + 1]);
  if (state.wants_preview) {
    // Where the prediction says that the picture is, from here.
    next.denoised =
        next.latents - prediction * static_cast<double>(state.schedule.sigmas[step + 1]);
  }
  if (state.mask) {
    next.latents = keep_unmasked(state, next.latents, static_cast<int64_t>(step));
  }
  return next;
}

at::Tensor FluxPipeline::keep_unmasked(const State& state, const at::Tensor& latents,
                                       int64_t step) const {
  const bool last = step + 1 == state.steps;
  const at::Tensor kept = last ? state.image_latents
                               : add_noise(state.image_latents, state.noise,
                                           state.schedule.sigmas[static_cast<size_t>(step + 1)]);
  return (1.0 - state.latent_mask) * kept + state.latent_mask * latents;
}

}  // namespace easel::flux

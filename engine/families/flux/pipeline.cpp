#include "engine/families/flux/pipeline.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "engine/families/flux/demands.h"
#include "engine/families/flux/flops.h"
#include "engine/families/flux/image_inputs.h"
#include "engine/families/flux/latents.h"
#include "engine/nn/tensor_bytes.h"
#include "engine/tokenizers/clip_bpe.h"
#include "engine/tokenizers/unigram.h"

namespace easel::flux {
namespace {

// Reads a component's config, builds its module and matches it with its weights.
template <typename Network, typename Config>
absl::StatusOr<std::unique_ptr<Component>> open_component(const ModelFolder& folder,
                                                          const std::string& name,
                                                          const Network*& network) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json json, folder.config(name));
  EASEL_ASSIGN_OR_RETURN(const Config config, Config::from_json(json, name + "/config.json"));
  EASEL_ASSIGN_OR_RETURN(auto checkpoint, folder.checkpoint(name));
  auto module = std::make_unique<Network>(config);
  network = module.get();
  return Component::create(name, std::move(module), std::move(checkpoint), Network::key_rules());
}

// A stage whose units are done for one request after the other.
Stage stage_of(std::string name, std::string component,
               std::function<int64_t(const State&)> num_units, std::function<void(State&)> unit) {
  Stage stage;
  stage.name = std::move(name);
  stage.components = {std::move(component)};
  stage.num_units = [num_units = std::move(num_units)](const RequestState& state) {
    return num_units(flux_state(state));
  };
  stage.advance = [unit = std::move(unit)](absl::Span<RequestState* const> states) {
    for (RequestState* state : states) unit(flux_state(*state));
  };
  return stage;
}

VaeSizes vae_sizes(const State& state) {
  return {state.latent_height, state.latent_width, state.limits.vae_tile};
}

// Of pictures: units done and those that the present limits leave.
int64_t encode_units(const State& state, const AutoencoderKlConfig& config) {
  if (!state.picture) return 0;
  const int64_t pictures = state.image_latents.defined() ? 0 : 1;
  return state.encoding.units_done() +
         state.encoding.units_left(config, VaeHalf::kEncoder, pictures, vae_sizes(state));
}

int64_t decode_units(const State& state, const AutoencoderKlConfig& config) {
  const int64_t pictures = state.num_images - static_cast<int64_t>(state.images.size());
  return state.decoding.units_done() +
         state.decoding.units_left(config, VaeHalf::kDecoder, pictures, vae_sizes(state));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> FluxPipeline::open(const ModelFolder& folder,
                                                             const ComputeOptions& options) {
  std::unique_ptr<FluxPipeline> pipeline(new FluxPipeline(options));
  pipeline->recommended_ = folder.recommended();
  EASEL_RETURN_IF_ERROR(pipeline->open_components(folder));
  EASEL_RETURN_IF_ERROR(pipeline->check_configs());
  pipeline->define_stages();
  return pipeline;
}

absl::Status FluxPipeline::open_components(const ModelFolder& folder) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json scheduler, folder.config("scheduler"));
  EASEL_ASSIGN_OR_RETURN(sampler_,
                         FlowMatchConfig::from_json(scheduler, "scheduler/scheduler_config.json"));
  EASEL_ASSIGN_OR_RETURN(const auto clip_tokenizer_folder, folder.folder("tokenizer"));
  EASEL_ASSIGN_OR_RETURN(clip_tokenizer_, ClipBpeTokenizer::load(clip_tokenizer_folder));
  EASEL_ASSIGN_OR_RETURN(const auto t5_tokenizer_folder, folder.folder("tokenizer_2"));
  EASEL_ASSIGN_OR_RETURN(t5_tokenizer_, UnigramTokenizer::load(t5_tokenizer_folder));
  EASEL_ASSIGN_OR_RETURN(clip_component_, (open_component<ClipTextModel, ClipTextConfig>(
                                              folder, "text_encoder", clip_)));
  EASEL_ASSIGN_OR_RETURN(t5_component_,
                         (open_component<T5Encoder, T5Config>(folder, "text_encoder_2", t5_)));
  EASEL_ASSIGN_OR_RETURN(transformer_component_, (open_component<Transformer, TransformerConfig>(
                                                     folder, "transformer", transformer_)));
  EASEL_ASSIGN_OR_RETURN(vae_component_,
                         (open_component<AutoencoderKl, AutoencoderKlConfig>(folder, "vae", vae_)));
  return absl::OkStatus();
}

absl::Status FluxPipeline::check_configs() const {
  const auto mismatch = [](std::string_view what, int64_t expected, int64_t got) {
    return bad_weights(what, ": the transformer expects ", expected, ", the other component has ",
                       got);
  };
  const TransformerConfig& config = transformer_->config();
  if (config.pooled_projection_dim != clip_->config().hidden_size) {
    return mismatch("width of text_encoder", config.pooled_projection_dim,
                    clip_->config().hidden_size);
  }
  if (config.joint_attention_dim != t5_->config().d_model) {
    return mismatch("width of text_encoder_2", config.joint_attention_dim, t5_->config().d_model);
  }
  if (config.latent_channels() != vae_->config().latent_channels) {
    return mismatch("latent channels of vae", config.latent_channels(),
                    vae_->config().latent_channels);
  }
  if (clip_tokenizer_->vocab_size() > clip_->config().vocab_size) {
    return bad_weights("tokenizer has ", clip_tokenizer_->vocab_size(),
                       " tokens, text_encoder only ", clip_->config().vocab_size);
  }
  if (t5_tokenizer_->vocab_size() > t5_->config().vocab_size) {
    return bad_weights("tokenizer_2 has ", t5_tokenizer_->vocab_size(),
                       " tokens, text_encoder_2 only ", t5_->config().vocab_size);
  }
  return absl::OkStatus();
}

void FluxPipeline::define_stages() {
  stages_.push_back(stage_of(
      "encode", "text_encoder", [](const State&) { return int64_t{1}; },
      [this](State& state) { encode_clip(state); }));
  stages_.push_back(stage_of(
      "encode", "text_encoder_2", [this](const State&) { return t5_->num_layers(); },
      [this](State& state) { encode_t5_layer(state); }));
  stages_.back().pass_per_unit = false;
  stages_.push_back(stage_of(
      "encode_image", "vae",
      [this](const State& state) { return encode_units(state, vae_->config()); },
      [this](State& state) { encode_image(state); }));
  stages_.push_back(stage_of(
      "prepare_preview", "vae",
      [this](const State& state) { return int64_t{state.wants_preview && !latent_rgb_}; },
      [this](State&) { latent_rgb_ = LatentRgb::fit(*vae_, tensor_options()); }));
  Stage denoise = stage_of(
      "denoise", "transformer", [](const State& state) { return state.steps - state.first_step; },
      nullptr);
  denoise.advance = [this](absl::Span<RequestState* const> states) { denoise_step(states); };
  stages_.push_back(std::move(denoise));
  stages_.push_back(stage_of(
      "decode", "vae", [this](const State& state) { return decode_units(state, vae_->config()); },
      [this](State& state) { decode_image(state); }));
}

std::vector<Component*> FluxPipeline::components() {
  return {clip_component_.get(), t5_component_.get(), transformer_component_.get(),
          vae_component_.get()};
}

std::vector<StageDemand> FluxPipeline::demands(const RequestState& request) const {
  const State& state = flux_state(request);
  const DemandSizes sizes{.latent_height = state.latent_height,
                          .latent_width = state.latent_width,
                          .num_images = state.num_images,
                          .text_rows = state.rows(),
                          .clip_tokens = state.clip_ids.size(1),
                          .t5_tokens = state.t5_ids.size(1),
                          .dtype_size = static_cast<int64_t>(c10::elementSize(options_.dtype)),
                          .on_host = options_.device.is_cpu()};
  std::vector<StageDemand> demands;
  for (const Stage& stage : stages_) {
    StageDemand demand;
    demand.name = stage.name;
    demand.components = stage.components;
    const int64_t units = stage.num_units(request);
    demand.passes = stage.pass_per_unit ? units : std::min<int64_t>(units, 1);
    if (stage.name == "denoise") {
      demand.activation_bytes = denoise_stage_bytes(transformer_->config(), sizes);
      demand.flops_per_pass =
          denoise_flops(transformer_->config(),
                        state.latent_height / 2 * (state.latent_width / 2) + sizes.t5_tokens,
                        state.num_images * state.rows());
    } else if (stage.name == "decode") {
      set_vae_demand(VaeHalf::kDecoder, vae_->config(), sizes, demand);
    } else if (stage.name == "encode_image") {
      set_vae_demand(VaeHalf::kEncoder, vae_->config(), sizes, demand);
    } else if (stage.name == "prepare_preview") {
      demand.activation_bytes = LatentRgb::fit_bytes(vae_->config(), sizes.dtype_size);
    } else if (stage.components.front() == "text_encoder") {
      demand.activation_bytes = clip_stage_bytes(clip_->config(), sizes);
      demand.flops_per_pass = encoder_flops(clip_component_->footprint(options_.dtype),
                                            sizes.dtype_size, sizes.text_rows * sizes.clip_tokens);
    } else {
      demand.activation_bytes = t5_stage_bytes(t5_->config(), sizes);
      demand.flops_per_pass = encoder_flops(t5_component_->footprint(options_.dtype),
                                            sizes.dtype_size, sizes.text_rows * sizes.t5_tokens);
    }
    demands.push_back(std::move(demand));
  }
  return demands;
}

absl::StatusOr<std::unique_ptr<RequestState>> FluxPipeline::begin(const GenerateRequest& request) {
  const RequestContext context{
      transformer_->config(),
      vae_->config(),
      sampler_,
      recommended_,
      *clip_tokenizer_,
      *t5_tokenizer_,
      std::min(clip_tokenizer_->model_max_length(), clip_->config().max_positions)};
  EASEL_ASSIGN_OR_RETURN(std::unique_ptr<State> state, make_state(request, context));
  state->wants_preview = request.preview_every > 0;
  if (request.latents) {
    const at::Tensor given = from_named_tensor(*request.latents);
    EASEL_ASSIGN_OR_RETURN(
        state->noise,
        pack_given_latents(given, {state->num_images, transformer_->config().latent_channels(),
                                   state->latent_height, state->latent_width}));
  }
  return state;
}

void FluxPipeline::encode_clip(State& state) const {
  state.pooled = clip_->forward(state.clip_ids.to(options_.device)).pooled;  // [rows, P]
  state.recorder.record_rows("pooled_prompt_embeds", state.pooled);
}

void FluxPipeline::encode_t5_layer(State& state) const {
  T5Encoder::Progress progress =
      state.unit == 0 ? t5_->begin(state.t5_ids.to(options_.device)) : state.t5;
  t5_->run_layer(state.unit, progress);
  if (state.unit + 1 == t5_->num_layers()) {
    const at::Tensor embeds = t5_->finish(progress);  // [rows, T, D]
    state.recorder.record_rows("prompt_embeds", embeds);
    state.prompt_embeds = embeds;
    progress = {};
  }
  state.t5 = std::move(progress);
}

void FluxPipeline::encode_image(State& state) const {
  if (state.image_latents.defined()) return;  // a unit failed after its tile was done
  if (!state.pixels.defined()) {
    state.pixels = picture_tensor(*state.picture, state.width, state.height).to(tensor_options());
  }
  const auto posterior = state.encoding.encode(*vae_, state.pixels, state.limits.vae_tile);
  if (!posterior) return;
  at::Generator generator = state.generator.clone();
  const at::Tensor z = vae_->to_model(posterior->sample(generator));  // [1, C, h, w]
  const at::Tensor latents = pack_latents(z).expand({state.num_images, -1, -1});
  if (state.mask) {
    const at::Tensor mask =
        mask_tensor(*state.mask, state.width, state.height, vae_->config().scale());
    state.latent_mask = pack_latents(mask.expand({1, z.size(1), -1, -1})).to(tensor_options());
  }
  state.generator = generator;
  state.image_latents = latents;
  state.pixels.reset();
}

void FluxPipeline::decode_image(State& state) const {
  const auto done = static_cast<int64_t>(state.images.size());
  if (done == state.num_images) return;  // a unit failed after its tile was done
  TORCH_CHECK(state.unit > 0 || state.latents.isfinite().all().item<bool>(),
              "the latents are not finite: this checkpoint overflows in this dtype, try --dtype "
              "bf16 or fp32");
  const at::Tensor tokens = state.latents.narrow(0, done, 1);
  const std::optional<at::Tensor> image =
      state.decoding.decode(*vae_, unpack_latents(tokens, state.latent_height, state.latent_width),
                            state.limits.vae_tile);  // [3, H, W]
  if (!image) return;
  TORCH_CHECK(image->isfinite().all().item<bool>(),
              "the picture is not finite: the autoencoder overflows in this dtype, try --dtype "
              "bf16 or fp32");
  state.images.push_back(image->div_(2.0).add_(0.5).clamp_(0.0, 1.0));
}

std::optional<at::Tensor> FluxPipeline::preview(const RequestState& request) const {
  const State& state = flux_state(request);
  if (!state.denoised.defined() || !latent_rgb_) return std::nullopt;
  const at::Tensor first =
      unpack_latents(state.denoised.narrow(0, 0, 1), state.latent_height, state.latent_width);
  return latent_rgb_->apply(first.squeeze(0));
}

PipelineResult FluxPipeline::finish(RequestState& request) {
  State& state = flux_state(request);
  PipelineResult result;
  result.images = at::stack(state.images);
  result.seed = state.seed;
  result.width = state.width;
  result.height = state.height;
  result.steps = state.steps;
  if (transformer_->config().guidance_embeds) result.guidance = state.guidance;
  if (state.use_true_cfg) result.true_cfg = state.true_cfg;
  result.strength = state.strength;
  result.sampler = "euler";
  return result;
}

}  // namespace easel::flux

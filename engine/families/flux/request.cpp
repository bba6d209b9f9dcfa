#include "engine/families/flux/request.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "base/utf8.h"
#include "engine/families/flux/image_inputs.h"
#include "engine/image/fit_size.h"

namespace easel::flux {
namespace {

constexpr int64_t kMaxSide = 8192;
constexpr int64_t kMaxSteps = 1000;
constexpr int64_t kMaxImages = 64;
constexpr int64_t kMaxSequenceLength = 512;
constexpr size_t kMaxPromptCodePoints = 32000;
constexpr uint64_t kMaxSeed = (uint64_t{1} << 53) - 1;
constexpr double kMaxGuidance = 1000.0;
// diffusers' default size: this many latents a side.
constexpr int64_t kDefaultLatentSide = 128;
constexpr double kDefaultGuidance = 3.5;
constexpr double kDefaultStrength = 0.6;

absl::Status check_range(std::string_view field, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return invalid_field(field, " is ", value, ": allowed are ", min, " to ", max);
}

absl::Status check_range(std::string_view field, double value, double min, double max) {
  if (std::isfinite(value) && value >= min && value <= max) return absl::OkStatus();
  return invalid_field(field, " is ", value, ": allowed are ", min, " to ", max);
}

absl::Status check_text(std::string_view field, const std::string& text) {
  if (const auto at = find_invalid_utf8(text)) {
    return invalid_field(field, " is not valid UTF-8: byte ", *at, " does not belong there");
  }
  if (text.find('\0') != std::string::npos) return invalid_field(field, " holds a NUL character");
  const size_t length = count_code_points(text);
  if (length <= kMaxPromptCodePoints) return absl::OkStatus();
  return invalid_field(field, " has ", length, " characters: at most ", kMaxPromptCodePoints,
                       " are allowed");
}

absl::Status check_texts(const GenerateRequest& request) {
  EASEL_RETURN_IF_ERROR(check_text("prompt", request.prompt));
  if (request.negative_prompt)
    EASEL_RETURN_IF_ERROR(check_text("negative_prompt", *request.negative_prompt));
  if (!request.options.empty()) {
    return invalid_field("option '", request.options.begin()->first,
                         "' is unknown: FLUX has no options of its own");
  }
  if (!request.sampler.empty() && request.sampler != "euler") {
    return invalid_field("sampler '", request.sampler,
                         "' is unknown: FLUX models are sampled with euler");
  }
  return absl::OkStatus();
}

// What a request without a size gets: the start picture's, or the model's own, within its bounds.
PictureSize default_size(const GenerateRequest& request, const RequestContext& context,
                         State& state) {
  const int64_t fallback = kDefaultLatentSide * context.vae.scale();
  PictureSize own{context.recommended.width.value_or(fallback),
                  context.recommended.height.value_or(fallback)};
  if (state.picture) own = {state.picture->width, state.picture->height};
  if (!request.default_size_bounds) return own;
  const SideBounds& bounds = *request.default_size_bounds;
  if (request.width || request.height) {
    return {std::min(own.width, bounds.highest), std::min(own.height, bounds.highest)};
  }
  const PictureSize fitted = fit_size(own, bounds.lowest, bounds.highest);
  if (fitted.width != own.width || fitted.height != own.height) {
    state.warnings.push_back(concat(state.picture ? "the picture's" : "the model's own", " size ",
                                    own.width, " x ", own.height, " was brought to ", fitted.width,
                                    " x ", fitted.height, ", which may be computed here"));
  }
  return fitted;
}

// Sides in pixels, cut down to what can be packed, as the reference does.
absl::Status set_size(const GenerateRequest& request, const RequestContext& context, State& state) {
  const int64_t unit = 2 * context.vae.scale();
  const PictureSize otherwise = default_size(request, context, state);
  const int64_t width = request.width.value_or(otherwise.width);
  const int64_t height = request.height.value_or(otherwise.height);
  EASEL_RETURN_IF_ERROR(check_range("width", width, unit, kMaxSide));
  EASEL_RETURN_IF_ERROR(check_range("height", height, unit, kMaxSide));
  state.latent_width = 2 * (width / unit);
  state.latent_height = 2 * (height / unit);
  state.width = state.latent_width * context.vae.scale();
  state.height = state.latent_height * context.vae.scale();
  if (state.width != width || state.height != height) {
    state.warnings.push_back(concat("size ", width, " x ", height, " was cut to ", state.width,
                                    " x ", state.height, ": this model makes multiples of ", unit));
  }
  return absl::OkStatus();
}

absl::Status set_pictures(const GenerateRequest& request, State& state) {
  if (request.mask && !request.image) return invalid_field("mask needs an image to paint in");
  if (request.strength && !request.image)
    return invalid_field("strength needs an image to start from");
  if (!request.more_images.empty()) {
    return invalid_field("more_images has ", request.more_images.size(),
                         " pictures: FLUX starts from one");
  }
  if (!request.image) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(state.picture, read_picture(*request.image, "image"));
  if (request.mask) {
    EASEL_ASSIGN_OR_RETURN(state.mask, read_picture(*request.mask, "mask"));
  }
  state.strength = request.strength.value_or(kDefaultStrength);
  return check_range("strength", *state.strength, 0.0, 1.0);
}

absl::Status set_steps(const GenerateRequest& request, const RequestContext& context,
                       State& state) {
  const int64_t fallback = context.transformer.guidance_embeds ? 28 : 4;
  state.steps = request.steps.value_or(context.recommended.steps.value_or(fallback));
  EASEL_RETURN_IF_ERROR(check_range("steps", state.steps, 1, kMaxSteps));
  const int64_t tokens = state.latent_width / 2 * (state.latent_height / 2);
  state.schedule = make_flow_match_schedule(context.sampler, state.steps, tokens);
  if (!std::isfinite(state.schedule.sigmas.front())) {
    return invalid_field("steps is ", state.steps,
                         ": this model's scheduler (shift_terminal) needs at least 2");
  }
  if (state.strength) state.first_step = first_step_of_strength(state.steps, *state.strength);
  if (state.first_step < state.steps) return absl::OkStatus();
  return invalid_field("strength ", *state.strength, " of ", state.steps,
                       " steps leaves none to run: raise strength or steps");
}

absl::Status set_guidance(const GenerateRequest& request, const RequestContext& context,
                          State& state) {
  state.guidance =
      request.guidance.value_or(context.recommended.guidance.value_or(kDefaultGuidance));
  EASEL_RETURN_IF_ERROR(check_range("guidance", state.guidance, 0.0, kMaxGuidance));
  if (request.guidance && !context.transformer.guidance_embeds) {
    state.warnings.emplace_back("guidance is ignored: this model (schnell) has no guidance input");
  }
  state.true_cfg = request.true_cfg.value_or(1.0);
  EASEL_RETURN_IF_ERROR(check_range("true_cfg", state.true_cfg, 0.0, kMaxGuidance));
  state.use_true_cfg = state.true_cfg > 1.0 && request.negative_prompt.has_value();
  if (state.true_cfg > 1.0 && !request.negative_prompt) {
    state.warnings.emplace_back(
        "true_cfg is ignored: it needs a negative prompt, which may be empty");
  }
  if (request.negative_prompt && !state.use_true_cfg) {
    state.warnings.emplace_back(
        "the negative prompt is ignored: it takes part only with true_cfg above 1");
  }
  return absl::OkStatus();
}

absl::Status set_seed(const GenerateRequest& request, State& state) {
  if (request.seed && *request.seed > kMaxSeed) {
    return invalid_field("seed is ", *request.seed, ": allowed are 0 to ", kMaxSeed);
  }
  std::random_device random;
  state.seed = request.seed.value_or(random());  // 32 bits: short enough to be typed again
  state.generator = at::make_generator<at::CPUGeneratorImpl>(state.seed);
  return absl::OkStatus();
}

at::Tensor token_rows(const GenerateRequest& request, const State& state,
                      const Tokenizer& tokenizer, int64_t length) {
  std::vector<int64_t> ids = tokenizer.encode_padded(request.prompt, length);
  if (state.use_true_cfg) {
    const std::vector<int64_t> negative = tokenizer.encode_padded(*request.negative_prompt, length);
    ids.insert(ids.end(), negative.begin(), negative.end());
  }
  return at::tensor(ids, at::kLong).reshape({state.rows(), length});
}

void warn_of_truncation(const GenerateRequest& request, const Tokenizer& tokenizer, int64_t length,
                        std::string_view encoder, State& state) {
  const size_t tokens = tokenizer.encode(request.prompt).size();
  if (tokens <= static_cast<size_t>(length)) return;
  state.warnings.push_back(concat("the prompt has ", tokens, " tokens for ", encoder,
                                  ": the first ", length, " are used"));
}

absl::Status set_tokens(const GenerateRequest& request, const RequestContext& context,
                        State& state) {
  const int64_t length = request.max_sequence_length.value_or(
      context.recommended.max_sequence_length.value_or(kMaxSequenceLength));
  EASEL_RETURN_IF_ERROR(check_range("max_sequence_length", length, 1, kMaxSequenceLength));
  state.clip_ids = token_rows(request, state, context.clip_tokenizer, context.clip_length);
  state.t5_ids = token_rows(request, state, context.t5_tokenizer, length);
  warn_of_truncation(request, context.t5_tokenizer, length, "T5", state);
  state.recorder.record_rows("token_ids.clip", state.clip_ids);
  state.recorder.record_rows("token_ids.t5", state.t5_ids);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<State>> make_state(const GenerateRequest& request,
                                                  const RequestContext& context) {
  auto state = std::make_unique<State>();
  if (request.record_tensors) state->recorder.enable();
  state->num_images = request.num_images;
  EASEL_RETURN_IF_ERROR(check_range("num_images", request.num_images, 1, kMaxImages));
  EASEL_RETURN_IF_ERROR(check_texts(request));
  EASEL_RETURN_IF_ERROR(set_pictures(request, *state));
  EASEL_RETURN_IF_ERROR(set_size(request, context, *state));
  EASEL_RETURN_IF_ERROR(set_steps(request, context, *state));
  EASEL_RETURN_IF_ERROR(set_guidance(request, context, *state));
  EASEL_RETURN_IF_ERROR(set_seed(request, *state));
  EASEL_RETURN_IF_ERROR(set_tokens(request, context, *state));
  return state;
}

}  // namespace easel::flux

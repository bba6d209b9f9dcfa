// FLUX.1 from prompt to picture: text to image, image to image, inpainting.
// Source: diffusers pipelines/flux/pipeline_flux.py, pipeline_flux_img2img.py,
// pipeline_flux_inpaint.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/autoencoders/autoencoder_kl.h"
#include "engine/autoencoders/latent_rgb.h"
#include "engine/families/flux/request.h"
#include "engine/families/flux/transformer.h"
#include "engine/families/pipeline.h"
#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"
#include "engine/weights/model_folder.h"

namespace easel::flux {

class FluxPipeline : public Pipeline {
 public:
  // Reads configs and tokenizers and matches all weights; loads none.
  static absl::StatusOr<std::unique_ptr<Pipeline>> open(const ModelFolder& folder,
                                                        const ComputeOptions& options);

  std::string family() const override { return "flux"; }
  std::string variant() const override {
    return transformer_->config().guidance_embeds ? "dev" : "schnell";
  }
  const std::vector<Stage>& stages() const override { return stages_; }
  std::vector<Component*> components() override;
  std::vector<StageDemand> demands(const RequestState& state) const override;
  absl::StatusOr<std::unique_ptr<RequestState>> begin(const GenerateRequest& request) override;
  std::optional<at::Tensor> preview(const RequestState& state) const override;
  PipelineResult finish(RequestState& state) override;

 private:
  explicit FluxPipeline(const ComputeOptions& options) : options_(options) {}
  absl::Status open_components(const ModelFolder& folder);
  absl::Status check_configs() const;
  void define_stages();

  // One unit of each stage, for one request.
  void encode_clip(State& state) const;
  void encode_t5_layer(State& state) const;
  void encode_image(State& state) const;
  void denoise_step(absl::Span<RequestState* const> states) const;
  void decode_image(State& state) const;

  // Noise, start latents and what the denoiser is conditioned on; before the first step.
  void prepare_latents(State& state) const;
  void prepare_conditioning(State& state) const;
  // From the state's latents with the denoiser's prediction [rows, tokens, C].
  struct Step {
    at::Tensor latents, denoised;  // as in State
  };
  Step take_step(const State& state, at::Tensor prediction) const;
  // The latents after a step with what the mask keeps put back, noised to that level.
  at::Tensor keep_unmasked(const State& state, const at::Tensor& latents, int64_t step) const;

  at::TensorOptions tensor_options() const {
    return at::TensorOptions(options_.dtype).device(options_.device);
  }

  ComputeOptions options_;
  RecommendedSettings recommended_;
  FlowMatchConfig sampler_;
  std::unique_ptr<Tokenizer> clip_tokenizer_, t5_tokenizer_;
  std::unique_ptr<Component> clip_component_, t5_component_, transformer_component_, vae_component_;
  const ClipTextModel* clip_ = nullptr;  // the modules of the components above
  const T5Encoder* t5_ = nullptr;
  const Transformer* transformer_ = nullptr;
  const AutoencoderKl* vae_ = nullptr;
  std::vector<Stage> stages_;
  std::optional<LatentRgb> latent_rgb_;  // made when the first preview is asked for
};

}  // namespace easel::flux

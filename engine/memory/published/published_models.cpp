#include "engine/memory/published/published_models.h"

#include <algorithm>

#include "engine/memory/published/autoencoder_tensors.h"
#include "engine/memory/published/hunyuan_tensors.h"
#include "engine/memory/published/text_encoder_tensors.h"
#include "engine/memory/published/transformer_tensors.h"
#include "engine/memory/published/unet_tensors.h"

namespace easel {
namespace {

using Components = std::vector<ComponentFootprint>;

constexpr ClipSizes kClipL;
constexpr ClipSizes kClipLProjected{.projection = 768};
constexpr ClipSizes kClipG{.hidden = 1280, .intermediate = 5120, .layers = 32, .projection = 1280};

Components flux(const std::string& format, GuidanceEmbedding guidance) {
  return {clip_tensors(kClipL).footprint("text_encoder", format),
          t5_xxl_tensors().footprint("text_encoder_2", format),
          flux_tensors(guidance).footprint("transformer", format),
          autoencoder_kl_tensors(16, /*quant_convs=*/false).footprint("vae", format)};
}

Components flux_dev(const std::string& format) { return flux(format, GuidanceEmbedding::kYes); }

Components flux_schnell(const std::string& format) { return flux(format, GuidanceEmbedding::kNo); }

Components sdxl(const std::string& format) {
  return {clip_tensors(kClipL).footprint("text_encoder", format),
          clip_tensors(kClipG).footprint("text_encoder_2", format),
          sdxl_unet_tensors().footprint("unet", format),
          autoencoder_kl_tensors(4, /*quant_convs=*/true).footprint("vae", format)};
}

Components sd3_medium(const std::string& format) {
  return {clip_tensors(kClipLProjected).footprint("text_encoder", format),
          clip_tensors(kClipG).footprint("text_encoder_2", format),
          t5_xxl_tensors().footprint("text_encoder_3", format),
          sd3_medium_tensors().footprint("transformer", format),
          autoencoder_kl_tensors(16, /*quant_convs=*/false).footprint("vae", format)};
}

// CLIP of 248 and 218 positions; Llama comes from a repository of its own.
Components hidream_i1_full(const std::string& format) {
  ClipSizes long_l = kClipLProjected;
  long_l.positions = 248;
  ClipSizes long_g = kClipG;
  long_g.positions = 218;
  return {clip_tensors(long_l).footprint("text_encoder", format),
          clip_tensors(long_g).footprint("text_encoder_2", format),
          t5_xxl_tensors().footprint("text_encoder_3", format),
          llama_8b_tensors().footprint("text_encoder_4", format),
          hidream_i1_tensors().footprint("transformer", format),
          autoencoder_kl_tensors(16, /*quant_convs=*/false).footprint("vae", format)};
}

Components hunyuan_image_3(const std::string& format) {
  const HunyuanSizes sizes;
  return {hunyuan_vision_tensors(sizes).footprint("vision", format),
          hunyuan_model_tensors(sizes).footprint("model", format),
          hunyuan_vae_tensors(sizes).footprint("vae", format)};
}

}  // namespace

const std::vector<PublishedModel>& published_models() {
  static const std::vector<PublishedModel> kModels = {
      {"flux-dev", "flux", "FLUX.1-dev", flux_dev},
      {"flux-schnell", "flux", "FLUX.1-schnell", flux_schnell},
      {"hidream-i1-full", "hidream", "HiDream-I1-Full", hidream_i1_full},
      {"hunyuan-image-3", "hunyuan", "HunyuanImage-3.0-Instruct", hunyuan_image_3},
      {"sdxl", "sdxl", "Stable Diffusion XL base 1.0", sdxl},
      {"sd3-medium", "sd3", "Stable Diffusion 3 medium", sd3_medium},
  };
  return kModels;
}

const PublishedModel* find_published_model(const std::string& name) {
  const auto& models = published_models();
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const PublishedModel& model) { return model.name == name; });
  return found == models.end() ? nullptr : &*found;
}

}  // namespace easel

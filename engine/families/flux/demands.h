// What each stage of FLUX takes beside its weights for one request, in every way that it can be
// computed; no torch.
#pragma once

#include <cstdint>

#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/autoencoders/vae_steps.h"
#include "engine/families/flux/config.h"
#include "engine/families/flux/memory.h"
#include "engine/memory/residency_plan.h"

namespace easel::flux {

// The sizes of a request, and where it is computed.
struct DemandSizes {
  int64_t latent_height = 0, latent_width = 0;
  int64_t num_images = 1;
  int64_t text_rows = 1;  // prompts: 2 with true CFG
  int64_t clip_tokens = 0, t5_tokens = 0;
  int64_t dtype_size = 4;  // bytes of a value that is computed with
  // A CPU: torch's kernel holds no scores there, and pictures count in the same memory.
  bool on_host = true;
};

int64_t clip_stage_bytes(const ClipTextConfig& config, const DemandSizes& sizes);
int64_t t5_stage_bytes(const T5Config& config, const DemandSizes& sizes);
int64_t denoise_stage_bytes(const TransformerConfig& config, const DemandSizes& sizes);

// Sets activation_bytes, flops_per_pass, chunked and tiled of the stage.
void set_vae_demand(VaeHalf half, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                    StageDemand& demand);

}  // namespace easel::flux

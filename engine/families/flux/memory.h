// How much memory the parts of FLUX take beside their weights, from configs and sizes alone; no
// torch.
//
// Upper bounds for the modules as they are written here: the tensors that live at once at the worst
// moment. `score_bytes`: what one attention holds of its scores; 0 where the backend holds none.
#pragma once

#include <cstdint>

#include "engine/families/flux/config.h"

namespace easel {
struct ClipTextConfig;
struct T5Config;
}  // namespace easel

namespace easel::flux {

struct StepShape {
  int64_t height = 0, width = 0;  // of the picture in latent pixels, even
  int64_t text_tokens = 0;        // of T5
  int64_t batch = 1;              // pictures, times two where both halves of CFG are computed
  int64_t dtype_size = 2;         // bytes of a value that is computed with
  int64_t score_bytes = 0;

  int64_t tokens() const { return text_tokens + height / 2 * (width / 2); }
};

// Peak bytes of one denoise step: the state that lasts from step to step included.
int64_t denoise_step_bytes(const TransformerConfig& config, const StepShape& shape);

// What is left between two steps: latents, noise, conditioning.
int64_t denoise_state_bytes(const TransformerConfig& config, const StepShape& shape);

// Peak bytes of one layer of `rows` prompts of `tokens` each, and of the embeddings.
int64_t t5_bytes(const T5Config& config, int64_t rows, int64_t tokens, int64_t dtype_size,
                 int64_t score_bytes = 0);
int64_t clip_bytes(const ClipTextConfig& config, int64_t rows, int64_t tokens, int64_t dtype_size,
                   int64_t score_bytes = 0);

}  // namespace easel::flux

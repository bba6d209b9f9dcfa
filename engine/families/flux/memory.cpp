#include "engine/families/flux/memory.h"

#include <algorithm>

#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"

namespace easel::flux {
namespace {

constexpr int64_t kFloatBytes = 4;
// Beside the tensors: oneDNN's scratch and what the heap keeps of small pieces. Measured at width
// 3072 in bf16: 23 MiB at 1,536 tokens, 27 at 4,608.
constexpr int64_t kWorkspaceBytes = int64_t{48} << 20;
constexpr int64_t kEncoderWorkspaceBytes = int64_t{32} << 20;

// Values that are turned in fp32: the product, the turned pairs and, unless x is fp32, x itself.
int64_t rotary_bytes(int64_t values, int64_t dtype_size) {
  return values * kFloatBytes * (dtype_size == kFloatBytes ? 2 : 3);
}

int64_t rotary_table_bytes(const TransformerConfig& config, const StepShape& shape) {
  return 2 * shape.tokens() * config.head_dim * kFloatBytes;
}

// While q, k and v are made (the last one turned) and while they attend; the tokens and their
// normed copy, of all tokens, are beside them.
int64_t attention_peak(int64_t unit_values, const StepShape& shape) {
  const int64_t unit = unit_values * shape.dtype_size;
  return std::max(4 * unit + rotary_bytes(unit_values, shape.dtype_size),
                  7 * unit + shape.score_bytes);
}

// Tokens, attention's output, the hidden layer of four times the width, its copy behind the
// attention's output, which the last projection reads.
int64_t single_block_mlp_peak(int64_t unit) { return 11 * unit; }

}  // namespace

int64_t denoise_state_bytes(const TransformerConfig& config, const StepShape& shape) {
  const int64_t image_tokens = shape.tokens() - shape.text_tokens;
  // Latents, noise, the latents of the next step and those of the preview.
  const int64_t latents = 4 * image_tokens * config.in_channels;
  // As encoded and repeated for each picture.
  const int64_t text =
      2 * (shape.text_tokens * config.joint_attention_dim + config.pooled_projection_dim);
  return shape.batch * (latents + text) * shape.dtype_size + rotary_table_bytes(config, shape);
}

int64_t denoise_step_bytes(const TransformerConfig& config, const StepShape& shape) {
  const int64_t unit_values = shape.batch * shape.tokens() * config.inner_dim();
  const int64_t unit = unit_values * shape.dtype_size;
  return denoise_state_bytes(config, shape) + kWorkspaceBytes +
         std::max(attention_peak(unit_values, shape), single_block_mlp_peak(unit));
}

int64_t t5_bytes(const T5Config& config, int64_t rows, int64_t tokens, int64_t dtype_size,
                 int64_t score_bytes) {
  const int64_t unit = rows * tokens * config.d_model;
  const int64_t heads = rows * tokens * config.num_heads * config.d_kv;
  const int64_t hidden = rows * tokens * config.d_ff;
  const int64_t bias = config.num_heads * tokens * tokens;
  // The norm computes in fp32: its input, the square, the result.
  const int64_t norm = 2 * unit * dtype_size + 3 * unit * kFloatBytes;
  const int64_t attention = (2 * unit + 5 * heads) * dtype_size + score_bytes;
  const int64_t feed_forward = (4 * unit + (config.gated ? 4 : 2) * hidden) * dtype_size;
  // The bias twice while it is laid out, from six tables of distances.
  const int64_t bias_bytes =
      2 * bias * dtype_size + 6 * tokens * tokens * static_cast<int64_t>(sizeof(int64_t));
  return bias_bytes + unit * dtype_size + std::max({norm, attention, feed_forward}) +
         kEncoderWorkspaceBytes;
}

int64_t clip_bytes(const ClipTextConfig& config, int64_t rows, int64_t tokens, int64_t dtype_size,
                   int64_t score_bytes) {
  const int64_t unit = rows * tokens * config.hidden_size;
  const int64_t hidden = rows * tokens * config.intermediate_size;
  return (7 * unit + 4 * hidden) * dtype_size + score_bytes + kEncoderWorkspaceBytes;
}

}  // namespace easel::flux

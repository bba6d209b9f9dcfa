// The text encoders that the published models share.
#pragma once

#include <cstdint>

#include "engine/memory/published/tensor_tally.h"

namespace easel {

// Source: transformers models/clip/modeling_clip.py CLIPTextModel(WithProjection).
struct ClipSizes {
  int64_t hidden = 768;
  int64_t intermediate = 3072;
  int64_t layers = 12;
  int64_t positions = 77;
  int64_t projection = 0;  // 0: CLIPTextModel, which has none
  int64_t vocab = 49408;
};
TensorTally clip_tensors(const ClipSizes& sizes);

// T5-XXL v1.1's encoder. Source: transformers models/t5/modeling_t5.py T5EncoderModel; config of
// google/t5-v1_1-xxl.
TensorTally t5_xxl_tensors();

// Llama-3.1-8B without lm_head, which no image model uses. Source: transformers
// models/llama/modeling_llama.py LlamaModel; config of meta-llama/Meta-Llama-3.1-8B-Instruct.
TensorTally llama_8b_tensors();

}  // namespace easel

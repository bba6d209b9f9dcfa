#include "engine/families/flux/config.h"

#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "engine/weights/config_reader.h"

namespace easel::flux {

absl::StatusOr<TransformerConfig> TransformerConfig::from_json(const nlohmann::json& json,
                                                               const std::string& source) {
  ConfigReader reader(json, source);
  TransformerConfig config;
  config.in_channels = reader.int_or("in_channels", config.in_channels, 4, 1 << 14);
  config.out_channels = reader.int_or("out_channels", config.in_channels, 4, 1 << 14);
  config.num_layers = reader.int_or("num_layers", config.num_layers, 0, 512);
  config.num_single_layers = reader.int_or("num_single_layers", config.num_single_layers, 0, 512);
  config.head_dim = reader.int_or("attention_head_dim", config.head_dim, 2, 1024);
  config.num_heads = reader.int_or("num_attention_heads", config.num_heads, 1, 1024);
  config.joint_attention_dim =
      reader.int_or("joint_attention_dim", config.joint_attention_dim, 1, 1 << 16);
  config.pooled_projection_dim =
      reader.int_or("pooled_projection_dim", config.pooled_projection_dim, 1, 1 << 16);
  config.guidance_embeds = reader.bool_or("guidance_embeds", config.guidance_embeds);
  if (reader.has("axes_dims_rope"))
    config.axes_dims_rope = reader.ints("axes_dims_rope", 3, 3, 2, 1024);

  if (reader.int_or("patch_size", 1, 1, 64) != 1) reader.fail("patch_size", "must be 1");
  if (config.in_channels % 4 != 0)
    reader.fail("in_channels", "must be a multiple of 4: latents are packed 2 × 2");
  if (config.out_channels != config.in_channels) {
    reader.fail(
        "out_channels",
        "must equal in_channels: models that take more channels (Fill, Canny) are not supported");
  }
  const int64_t sum =
      std::accumulate(config.axes_dims_rope.begin(), config.axes_dims_rope.end(), int64_t{0});
  if (sum != config.head_dim) {
    reader.fail("axes_dims_rope",
                concat("adds up to ", sum, ", expected attention_head_dim ", config.head_dim));
  }
  for (const int64_t dim : config.axes_dims_rope) {
    if (dim % 2 != 0) reader.fail("axes_dims_rope", "must hold even numbers");
  }
  EASEL_RETURN_IF_ERROR(reader.status());
  return config;
}

}  // namespace easel::flux

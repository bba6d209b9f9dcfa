#include "engine/autoencoders/autoencoder_kl_config.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "engine/weights/config_reader.h"

namespace easel {
namespace {

constexpr size_t kMaxLevels = 8;

void check_block_types(ConfigReader& reader, std::string_view key, std::string_view expected,
                       size_t count) {
  if (!reader.has(key)) return;
  for (const std::string& type : reader.strings(key, count, count)) {
    if (type != expected)
      reader.fail(key, concat("holds ", type, ": only ", expected, " is supported"));
  }
}

}  // namespace

absl::StatusOr<AutoencoderKlConfig> AutoencoderKlConfig::from_json(const nlohmann::json& json,
                                                                   const std::string& source) {
  ConfigReader reader(json, source);
  AutoencoderKlConfig config;
  config.in_channels = reader.int_or("in_channels", config.in_channels, 3, 3);
  config.out_channels = reader.int_or("out_channels", config.out_channels, 3, 3);
  config.latent_channels = reader.int_or("latent_channels", config.latent_channels, 1, 1024);
  config.block_out_channels = reader.ints("block_out_channels", 1, kMaxLevels, 1, 1 << 14);
  config.layers_per_block = reader.int_or("layers_per_block", config.layers_per_block, 1, 32);
  config.norm_num_groups = reader.int_or("norm_num_groups", config.norm_num_groups, 1, 1 << 14);
  config.scaling_factor = reader.number_or("scaling_factor", config.scaling_factor);
  config.shift_factor = reader.number_or("shift_factor", config.shift_factor);
  config.use_quant_conv = reader.bool_or("use_quant_conv", config.use_quant_conv);
  config.use_post_quant_conv = reader.bool_or("use_post_quant_conv", config.use_post_quant_conv);
  config.mid_block_add_attention =
      reader.bool_or("mid_block_add_attention", config.mid_block_add_attention);
  const size_t levels = config.block_out_channels.size();
  check_block_types(reader, "down_block_types", "DownEncoderBlock2D", levels);
  check_block_types(reader, "up_block_types", "UpDecoderBlock2D", levels);
  if (reader.string_or("act_fn", "silu") != "silu") reader.fail("act_fn", "must be silu");
  if (config.scaling_factor == 0.0) reader.fail("scaling_factor", "must not be 0");
  for (const int64_t channels : config.block_out_channels) {
    if (channels % config.norm_num_groups != 0) {
      reader.fail("norm_num_groups",
                  concat("must divide every one of block_out_channels, ", channels, " too"));
    }
  }
  EASEL_RETURN_IF_ERROR(reader.status());
  return config;
}

}  // namespace easel

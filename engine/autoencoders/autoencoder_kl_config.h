// config.json of an AutoencoderKL.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

struct AutoencoderKlConfig {
  int64_t in_channels = 3;
  int64_t out_channels = 3;
  int64_t latent_channels = 4;
  std::vector<int64_t> block_out_channels = {64};
  int64_t layers_per_block = 1;
  int64_t norm_num_groups = 32;
  double scaling_factor = 0.18215;
  double shift_factor = 0.0;
  bool use_quant_conv = true;
  bool use_post_quant_conv = true;
  bool mid_block_add_attention = true;

  // How many pixels one latent covers along a side.
  int64_t scale() const { return int64_t{1} << (block_out_channels.size() - 1); }

  // BAD_WEIGHTS for a missing or impossible value, and for blocks that are not plain convolution
  // blocks.
  static absl::StatusOr<AutoencoderKlConfig> from_json(const nlohmann::json& json,
                                                       const std::string& source);
};

}  // namespace easel

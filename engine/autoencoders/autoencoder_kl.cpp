#include "engine/autoencoders/autoencoder_kl.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {
namespace {

constexpr double kEps = 1e-6;

Conv2d conv3x3(Module& parent, std::string name, int64_t in_channels, int64_t out_channels) {
  return {parent,       std::move(name), in_channels,  out_channels,
          /*kernel=*/3, /*stride=*/1,    /*padding=*/1};
}

}  // namespace

VaeEncoder::VaeEncoder(Module& parent, std::string name, const AutoencoderKlConfig& config)
    : Module(parent, std::move(name)),
      conv_in_(conv3x3(*this, "conv_in", config.in_channels, config.block_out_channels.front())),
      down_blocks_(*this, "down_blocks"),
      mid_block_(*this, "mid_block", config.block_out_channels.back(), config.norm_num_groups,
                 config.mid_block_add_attention),
      conv_norm_out_(*this, "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels.back(), kEps),
      conv_out_(conv3x3(*this, "conv_out", config.block_out_channels.back(),
                        2 * config.latent_channels)) {
  int64_t channels = config.block_out_channels.front();
  for (size_t i = 0; i < config.block_out_channels.size(); ++i) {
    const bool last = i + 1 == config.block_out_channels.size();
    down_blocks_.emplace_back(channels, config.block_out_channels[i], config.layers_per_block,
                              config.norm_num_groups,
                              last ? Resampling::kNone : Resampling::kHalve);
    channels = config.block_out_channels[i];
  }
  for (size_t i = 0; i < down_blocks_.size(); ++i) {
    const VaeLevel& level = down_blocks_[i];
    for (size_t j = 0; j < level.num_resnets(); ++j) {
      const bool halves = j + 1 == level.num_resnets() && i + 1 < down_blocks_.size();
      VaeChain::Convolution before, after;
      if (i == 0 && j == 0) before = [this](at::Tensor x) { return conv_in_.forward(x); };
      if (halves) after = [&level](at::Tensor x) { return level.resample(std::move(x)); };
      steps_.add_resnet(std::move(before), level.resnet(j), std::move(after));
    }
  }
  steps_.add_middle([this](at::Tensor x) {
    at::Tensor h = conv_norm_out_.forward(mid_block_.forward(std::move(x)));
    return conv_out_.forward(at::silu_(h));
  });
}

at::Tensor VaeEncoder::forward(const at::Tensor& image) const { return steps_.forward(image); }

VaeDecoder::VaeDecoder(Module& parent, std::string name, const AutoencoderKlConfig& config)
    : Module(parent, std::move(name)),
      conv_in_(conv3x3(*this, "conv_in", config.latent_channels, config.block_out_channels.back())),
      mid_block_(*this, "mid_block", config.block_out_channels.back(), config.norm_num_groups,
                 config.mid_block_add_attention),
      up_blocks_(*this, "up_blocks"),
      conv_norm_out_(*this, "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels.front(), kEps),
      conv_out_(
          conv3x3(*this, "conv_out", config.block_out_channels.front(), config.out_channels)) {
  int64_t channels = config.block_out_channels.back();
  for (size_t i = config.block_out_channels.size(); i-- > 0;) {
    up_blocks_.emplace_back(channels, config.block_out_channels[i], config.layers_per_block + 1,
                            config.norm_num_groups,
                            i == 0 ? Resampling::kNone : Resampling::kDouble);
    channels = config.block_out_channels[i];
  }
  steps_.add_middle(
      [this](at::Tensor z) { return mid_block_.forward(conv_in_.forward(std::move(z))); });
  for (size_t i = 0; i < up_blocks_.size(); ++i) {
    for (size_t j = 0; j < up_blocks_[i].num_resnets(); ++j) {
      VaeChain::Convolution before;
      if (i > 0 && j == 0)
        before = [this, i](at::Tensor x) { return up_blocks_[i - 1].resample(std::move(x)); };
      steps_.add_resnet(std::move(before), up_blocks_[i].resnet(j), /*after=*/nullptr);
    }
  }
  steps_.add_pixels(conv_norm_out_, conv_out_);
}

at::Tensor VaeDecoder::forward(const at::Tensor& z) const { return steps_.forward(z); }

at::Tensor AutoencoderKl::Posterior::sample(at::Generator generator) const {
  const at::Tensor noise =
      at::randn(mean.sizes(), std::move(generator), mean.options().device(at::kCPU));
  return mean + at::exp(logvar * 0.5) * noise.to(mean.device());
}

AutoencoderKl::AutoencoderKl(const AutoencoderKlConfig& config)
    : config_(config), encoder_(*this, "encoder", config), decoder_(*this, "decoder", config) {
  const int64_t latent = config.latent_channels;
  if (config.use_quant_conv)
    quant_conv_.emplace(*this, "quant_conv", 2 * latent, 2 * latent, /*kernel=*/1);
  if (config.use_post_quant_conv)
    post_quant_conv_.emplace(*this, "post_quant_conv", latent, latent, /*kernel=*/1);
}

AutoencoderKl::Posterior AutoencoderKl::encode(const at::Tensor& image) const {
  return posterior(encoder_.forward(image));
}

AutoencoderKl::Posterior AutoencoderKl::posterior(const at::Tensor& encoded) const {
  const at::Tensor moments = quant_conv_ ? quant_conv_->forward(encoded) : encoded;
  const auto halves = moments.chunk(2, /*dim=*/1);
  return {halves[0], halves[1].clamp(-30.0, 20.0)};
}

at::Tensor AutoencoderKl::to_model(const at::Tensor& z) const {
  return (z - config_.shift_factor) * config_.scaling_factor;
}

at::Tensor AutoencoderKl::decoder_input(const at::Tensor& latents) const {
  const at::Tensor z = latents / config_.scaling_factor + config_.shift_factor;
  return post_quant_conv_ ? post_quant_conv_->forward(z) : z;
}

at::Tensor AutoencoderKl::decode(const at::Tensor& latents) const {
  return decoder_.forward(decoder_input(latents));
}

KeyRules AutoencoderKl::key_rules() {
  // Names that the attention had before diffusers 0.15.
  std::vector<std::pair<std::string, std::string>> aliases;
  for (const std::string part : {"encoder", "decoder"}) {
    const std::string attention = part + ".mid_block.attentions.0.";
    const std::pair<const char*, const char*> names[] = {
        {"to_q", "query"}, {"to_k", "key"}, {"to_v", "value"}, {"to_out.0", "proj_attn"}};
    for (const auto& [now, before] : names) {
      for (const char* kind : {".weight", ".bias"}) {
        aliases.emplace_back(attention + now + kind, attention + before + kind);
      }
    }
  }
  return {.prefixes = {}, .aliases = std::move(aliases), .ignored_suffixes = {}};
}

}  // namespace easel

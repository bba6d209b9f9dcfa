#include "engine/memory/published/autoencoder_tensors.h"

#include <algorithm>
#include <iterator>

namespace easel {
namespace {

constexpr int64_t kChannels[] = {128, 256, 512, 512};
constexpr int64_t kWidest = 512;
constexpr int kLayers = 2;

void residual_block(TensorTally& tally, int64_t in, int64_t out) {
  tally.norm(in).conv(in, out, 3).norm(out).conv(out, out, 3);
  if (in != out) tally.conv(in, out, 1);
}

void middle(TensorTally& tally) {
  residual_block(tally, kWidest, kWidest);
  tally.norm(kWidest);
  for (int projection = 0; projection < 4; ++projection) tally.linear(kWidest, kWidest);
  residual_block(tally, kWidest, kWidest);
}

void encoder(TensorTally& tally, int64_t latent_channels) {
  tally.conv(3, kChannels[0], 3);
  int64_t in = kChannels[0];
  for (size_t level = 0; level < std::size(kChannels); ++level) {
    const int64_t out = kChannels[level];
    for (int i = 0; i < kLayers; ++i) residual_block(tally, i == 0 ? in : out, out);
    if (level + 1 < std::size(kChannels)) tally.conv(out, out, 3);
    in = out;
  }
  middle(tally);
  tally.norm(kWidest).conv(kWidest, 2 * latent_channels, 3);
}

void decoder(TensorTally& tally, int64_t latent_channels) {
  tally.conv(latent_channels, kWidest, 3);
  middle(tally);
  int64_t in = kWidest;
  for (size_t level = std::size(kChannels); level-- > 0;) {
    const int64_t out = kChannels[level];
    for (int i = 0; i < kLayers + 1; ++i) residual_block(tally, i == 0 ? in : out, out);
    if (level > 0) tally.conv(out, out, 3);
    in = out;
  }
  tally.norm(in).conv(in, 3, 3);
}

}  // namespace

TensorTally autoencoder_kl_tensors(int64_t latent_channels, bool quant_convs) {
  TensorTally tally;
  encoder(tally, latent_channels);
  decoder(tally, latent_channels);
  if (quant_convs) {
    tally.conv(2 * latent_channels, 2 * latent_channels, 1);
    tally.conv(latent_channels, latent_channels, 1);
  }
  return tally;
}

}  // namespace easel

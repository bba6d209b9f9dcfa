#include "engine/autoencoders/vae_memory.h"

#include <algorithm>

namespace easel {
namespace {

constexpr int64_t kKernelArea = 9;
constexpr int64_t kFloatBytes = 4;
// Measured with glibc and oneDNN: what is held beside the tensors, and where tensors are small
// enough to come from the heap, what lies unused between them.
constexpr int64_t kWorkspaceBytes = int64_t{40} << 20;
constexpr int64_t kHeapBytes = int64_t{96} << 20;
constexpr int64_t kLargestInHeap = int64_t{32} << 20;

// Counts values, not bytes. Each function returns the peak while it runs, its input included.
struct PeakCounter {
  int64_t peak = 0;
  int64_t largest = 0;
  int64_t largest_weight = 0;  // which oneDNN reorders while it is used

  void see(int64_t values) { peak = std::max(peak, values); }

  // A convolution of `in` values to `out`, beside `held` others: first both copies in blocks and
  // the input, then the output and its copy and the input.
  void convolution(int64_t held, int64_t in, int64_t out, int64_t in_channels,
                   int64_t out_channels) {
    see(held + in + out + std::max(in, out));
    largest = std::max({largest, in, out});
    largest_weight = std::max(largest_weight, kKernelArea * in_channels * out_channels);
  }

  void resnet(int64_t in_channels, int64_t out_channels, int64_t pixels) {
    const int64_t in = in_channels * pixels, out = out_channels * pixels;
    convolution(/*held=*/in, in, out, in_channels, out_channels);
    see(in + 2 * out);  // the second norm
    convolution(/*held=*/in, out, out, out_channels, out_channels);
    if (in_channels != out_channels) convolution(/*held=*/out, in, out, in_channels, out_channels);
  }

  // Input, norm and its transposed copy, q, k, v, two of the output.
  void attention(int64_t channels, int64_t pixels) { see(8 * channels * pixels); }

  void mid_block(const AutoencoderKlConfig& config, int64_t pixels) {
    const int64_t channels = config.block_out_channels.back();
    resnet(channels, channels, pixels);
    if (config.mid_block_add_attention) attention(channels, pixels);
  }
};

int64_t to_bytes(const PeakCounter& counter, int64_t dtype_size) {
  const bool in_heap = counter.largest * dtype_size <= kLargestInHeap;
  return (counter.peak + counter.largest_weight) * dtype_size +
         (in_heap ? kHeapBytes : kWorkspaceBytes);
}

// The attention's own tensors with its scores.
int64_t attention_bytes(const AutoencoderKlConfig& config, int64_t pixels, int64_t dtype_size,
                        int64_t score_bytes) {
  PeakCounter counter;
  counter.attention(config.block_out_channels.back(), pixels);
  return to_bytes(counter, dtype_size) + score_bytes;
}

}  // namespace

int64_t vae_decode_bytes(const AutoencoderKlConfig& config, int64_t tile_height, int64_t tile_width,
                         int64_t dtype_size, int64_t score_bytes) {
  int64_t pixels = tile_height * tile_width;
  int64_t channels = config.block_out_channels.back();
  PeakCounter counter;
  counter.convolution(/*held=*/0, config.latent_channels * pixels, channels * pixels,
                      config.latent_channels, channels);
  counter.mid_block(config, pixels);
  for (size_t i = config.block_out_channels.size(); i-- > 0;) {
    const int64_t out = config.block_out_channels[i];
    counter.resnet(channels, out, pixels);
    counter.resnet(out, out, pixels);
    channels = out;
    if (i == 0) continue;
    counter.see(5 * out * pixels);  // before and after the doubling
    pixels *= 4;
    counter.convolution(/*held=*/0, out * pixels, out * pixels, out, out);
  }
  // Measured: in 16 bits oneDNN holds one of the largest tensors more.
  if (dtype_size < kFloatBytes) counter.peak += counter.largest;
  counter.see(2 * channels * pixels);
  counter.convolution(/*held=*/0, channels * pixels, config.out_channels * pixels, channels,
                      config.out_channels);
  return std::max(to_bytes(counter, dtype_size),
                  attention_bytes(config, tile_height * tile_width, dtype_size, score_bytes));
}

int64_t vae_encode_bytes(const AutoencoderKlConfig& config, int64_t tile_height, int64_t tile_width,
                         int64_t dtype_size, int64_t score_bytes) {
  int64_t pixels = tile_height * tile_width * config.scale() * config.scale();
  int64_t channels = config.block_out_channels.front();
  PeakCounter counter;
  counter.convolution(/*held=*/0, config.in_channels * pixels, channels * pixels,
                      config.in_channels, channels);
  for (size_t i = 0; i < config.block_out_channels.size(); ++i) {
    const int64_t out = config.block_out_channels[i];
    counter.resnet(channels, out, pixels);
    counter.resnet(out, out, pixels);
    channels = out;
    if (i + 1 == config.block_out_channels.size()) continue;
    counter.see(2 * out * pixels);  // padded to the right and below
    counter.convolution(/*held=*/0, out * pixels, out * pixels / 4, out, out);
    pixels /= 4;
  }
  counter.mid_block(config, pixels);
  return std::max(to_bytes(counter, dtype_size),
                  attention_bytes(config, tile_height * tile_width, dtype_size, score_bytes));
}

int64_t vae_canvas_bytes(const AutoencoderKlConfig& config, int64_t height, int64_t width,
                         int64_t tile_height, int64_t tile_width) {
  const int64_t values = height * width + 2 * tile_height * tile_width;  // the tile and its weights
  return config.out_channels * values * config.scale() * config.scale() * kFloatBytes;
}

}  // namespace easel

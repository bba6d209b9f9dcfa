#include "engine/image/resize.h"

#include <algorithm>
#include <vector>

#include "engine/image/multiply_255.h"
#include "engine/image/resize_weights.h"

namespace easel {
namespace {

constexpr int32_t kHalf = 1 << (kResizeFractionBits - 1);

uint8_t to_byte(int32_t fixed) {
  return static_cast<uint8_t>(std::clamp(fixed >> kResizeFractionBits, 0, 255));
}

template <int kChannels>
void resize_row(const uint8_t* from, uint8_t* to, const ResizeWeights& weights) {
  for (const ResizeTap& tap : weights.taps) {
    int32_t sums[kChannels];
    std::fill_n(sums, kChannels, kHalf);
    const int32_t* weight = &weights.weights[tap.weights];
    const uint8_t* pixel = from + static_cast<size_t>(tap.first) * kChannels;
    for (int i = 0; i < tap.count; ++i, pixel += kChannels) {
      for (int c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weight[i];
    }
    to = std::transform(sums, sums + kChannels, to, to_byte);
  }
}

Image resize_rows(const Image& image, int width, Resample resample) {
  const ResizeWeights weights = resize_weights(image.width, width, resample);
  const auto row = image.channels == 1   ? resize_row<1>
                   : image.channels == 3 ? resize_row<3>
                                         : resize_row<4>;
  Image result = make_image(width, image.height, image.channels);
  for (size_t y = 0; y < static_cast<size_t>(image.height); ++y) {
    row(&image.pixels[y * image.width * image.channels], &result.pixels[y * width * image.channels],
        weights);
  }
  return result;
}

Image resize_columns(const Image& image, int height, Resample resample) {
  const ResizeWeights weights = resize_weights(image.height, height, resample);
  Image result = make_image(image.width, height, image.channels);
  const size_t row_bytes = static_cast<size_t>(image.width) * image.channels;
  std::vector<int32_t> sums(row_bytes);
  for (size_t y = 0; y < weights.taps.size(); ++y) {
    const ResizeTap& tap = weights.taps[y];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (int i = 0; i < tap.count; ++i) {
      const uint8_t* from = &image.pixels[(static_cast<size_t>(tap.first) + i) * row_bytes];
      const int32_t weight = weights.weights[tap.weights + i];
      for (size_t x = 0; x < row_bytes; ++x) sums[x] += from[x] * weight;
    }
    std::transform(sums.begin(), sums.end(), &result.pixels[y * row_bytes], to_byte);
  }
  return result;
}

// The index that each output pixel takes. The position is a running sum, as in Pillow: a product
// rounds differently.
std::vector<int> nearest_indices(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  std::vector<int> indices(out);
  double position = scale * 0.5;
  for (int& index : indices) {
    index = std::min(static_cast<int>(position), in - 1);
    position += scale;
  }
  return indices;
}

Image resize_nearest(const Image& image, int width, int height) {
  const std::vector<int> columns = nearest_indices(image.width, width);
  Image result = make_image(width, height, image.channels);
  uint8_t* to = result.pixels.data();
  for (const int y : nearest_indices(image.height, height)) {
    for (const int x : columns) {
      const size_t from = (static_cast<size_t>(y) * image.width + x) * image.channels;
      to = std::copy_n(&image.pixels[from], image.channels, to);
    }
  }
  return result;
}

// PIL's "RGBA" to "RGBa".
void premultiply(Image& image) {
  for (size_t i = 0; i < image.pixels.size(); i += 4) {
    for (size_t c = 0; c < 3; ++c)
      image.pixels[i + c] = multiply_255(image.pixels[i + c], image.pixels[i + 3]);
  }
}

// And back.
void unpremultiply(Image& image) {
  for (size_t i = 0; i < image.pixels.size(); i += 4) {
    const int alpha = image.pixels[i + 3];
    if (alpha == 0 || alpha == 255) continue;
    for (size_t c = 0; c < 3; ++c) {
      image.pixels[i + c] = static_cast<uint8_t>(std::min(255 * image.pixels[i + c] / alpha, 255));
    }
  }
}

// Pillow 13 takes the columns first where that leaves fewer rows to work on. The order shows in the
// last bit, for each pass rounds to 8 bits.
bool columns_first(const Image& image, int width, int height) {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

Image resize_filtered(Image image, int width, int height, Resample resample) {
  const bool early = columns_first(image, width, height);
  if (early) image = resize_columns(image, height, resample);
  if (image.width != width) image = resize_rows(image, width, resample);
  if (image.height != height) image = resize_columns(image, height, resample);
  return image;
}

}  // namespace

Image resize(const Image& image, int width, int height, Resample resample) {
  if (image.width == width && image.height == height) return image;
  if (resample == Resample::kNearest) return resize_nearest(image, width, height);
  if (image.channels != 4) return resize_filtered(image, width, height, resample);
  Image premultiplied = image;
  premultiply(premultiplied);
  Image result = resize_filtered(std::move(premultiplied), width, height, resample);
  unpremultiply(result);
  return result;
}

}  // namespace easel

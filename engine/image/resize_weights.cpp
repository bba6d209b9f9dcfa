#include "engine/image/resize_weights.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel {
namespace {

double triangle(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

// Keys' cubic with a = −0.5. The order of the operations is Pillow's: another rounds differently.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos3(double x) { return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct Kernel {
  double support;
  double (*weight)(double);
};

Kernel kernel_of(Resample resample) {
  switch (resample) {
    case Resample::kBicubic:
      return {2.0, cubic};
    case Resample::kLanczos:
      return {3.0, lanczos3};
    default:
      return {1.0, triangle};
  }
}

int32_t to_fixed(double weight) {
  constexpr double kOne = 1 << kResizeFractionBits;
  return static_cast<int32_t>(weight < 0 ? -0.5 + weight * kOne : 0.5 + weight * kOne);
}

int round_half_up(double value) { return static_cast<int>(std::floor(value + 0.5)); }

}  // namespace

ResizeWeights resize_weights(int in, int out, Resample resample) {
  const Kernel kernel = kernel_of(resample);
  const double scale = static_cast<double>(in) / out;
  const double filter_scale = std::max(scale, 1.0);
  const double support = kernel.support * filter_scale;
  const double step = 1.0 / filter_scale;
  ResizeWeights result;
  std::vector<double> exact;
  for (int x = 0; x < out; ++x) {
    const double center = (x + 0.5) * scale;
    const int first = std::max(round_half_up(center - support), 0);
    const int end = std::min(round_half_up(center + support), in);
    exact.clear();
    double total = 0.0;
    for (int i = 0; i < end - first; ++i) {
      exact.push_back(kernel.weight((i + first - center + 0.5) * step));
      total += exact.back();
    }
    result.taps.push_back({first, end - first, result.weights.size()});
    for (const double weight : exact)
      result.weights.push_back(to_fixed(total != 0.0 ? weight / total : weight));
  }
  return result;
}

}  // namespace easel

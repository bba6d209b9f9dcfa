// Random tensors from a counter, equal to those of tools/reference/counter_random.py.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace easel::testing {

// MurmurHash3's 32-bit finaliser.
inline uint32_t mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85EBCA6Bu;
  x ^= x >> 13;
  x *= 0xC2B2AE35u;
  return x ^ (x >> 16);
}

// fp32 values within offset ± amplitude; `index` tells the tensors of one test apart. Uses every
// core.
inline at::Tensor counter_random(uint32_t index, at::IntArrayRef shape, float amplitude,
                                 float offset) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  auto* const data = static_cast<float*>(tensor.mutable_data_ptr());
  const int64_t count = tensor.numel();
  const uint32_t seed = mix(index * 0x9E3779B9u + 0x85EBCA6Bu);
  const float scale = amplitude * 0x1p-23f;
  const auto fill = [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto bits = static_cast<int32_t>(mix(seed + static_cast<uint32_t>(i)) >> 8);
      const float value = static_cast<float>(bits - (1 << 23)) * scale;
      data[i] = offset == 0.0f ? value : value + offset;
    }
  };
  const int64_t parts = count < (1 << 16) ? 1 : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (int64_t part = 1; part < parts; ++part) {
    threads.emplace_back(fill, count * part / parts, count * (part + 1) / parts);
  }
  fill(0, count / parts);
  return tensor;
}

}  // namespace easel::testing

// Tensors of test data, and comparisons that say how far apart they are.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/api/named_tensor.h"
#include "engine/nn/tensor_bytes.h"
#include "engine/weights/safetensors_writer.h"

namespace easel::testing {

using TensorMap = std::map<std::string, at::Tensor>;

inline TensorMap to_map(const std::vector<NamedTensor>& tensors) {
  TensorMap map;
  for (const NamedTensor& tensor : tensors) map[tensor.name] = from_named_tensor(tensor);
  return map;
}

// `path` below tests/data.
inline TensorMap load_data(const std::string& path) {
  auto tensors = read_safetensors(std::string(EASEL_TEST_DATA) + "/" + path);
  EXPECT_TRUE(tensors.ok()) << tensors.status().message();
  return tensors.ok() ? to_map(*tensors) : TensorMap{};
}

inline double max_abs(const at::Tensor& tensor) {
  return tensor.numel() == 0 ? 0.0 : tensor.to(at::kDouble).abs().max().item<double>();
}

// max|got − expected| ≤ tolerance · max|expected|
inline ::testing::AssertionResult close(const at::Tensor& got, const at::Tensor& expected,
                                        double tolerance) {
  if (got.sizes() != expected.sizes()) {
    std::ostringstream text;
    text << "shape " << got.sizes() << ", expected " << expected.sizes();
    return ::testing::AssertionFailure() << text.str();
  }
  const double difference = max_abs(got.to(at::kDouble) - expected.to(at::kDouble)),
               scale = max_abs(expected);
  if (difference <= tolerance * scale) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "max|a-b| = " << difference << ", max|b| = " << scale
                                       << ", allowed " << tolerance * scale;
}

// Peak signal-to-noise ratio of pictures within 0…1, in dB.
inline double psnr(const at::Tensor& a, const at::Tensor& b) {
  const double error = (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>();
  return error == 0.0 ? 200.0 : -10.0 * std::log10(error);
}

}  // namespace easel::testing

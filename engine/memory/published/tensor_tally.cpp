#include "engine/memory/published/tensor_tally.h"

#include <utility>

#include "engine/memory/weight_alignment.h"

namespace easel {
namespace {

constexpr int64_t kFp32Bytes = 4;

}  // namespace

TensorTally& TensorTally::begin_block() {
  blocks_.emplace_back();
  in_block_ = true;
  return *this;
}

TensorTally& TensorTally::end_blocks() {
  in_block_ = false;
  return *this;
}

TensorTally& TensorTally::tensor(int64_t elements) {
  (in_block_ ? blocks_.back() : shared_).push_back({elements, /*fp32=*/false});
  return *this;
}

TensorTally& TensorTally::tensor_fp32(int64_t elements) {
  (in_block_ ? blocks_.back() : shared_).push_back({elements, /*fp32=*/true});
  return *this;
}

TensorTally& TensorTally::linear(int64_t in, int64_t out, Bias bias) {
  tensor(in * out);
  return bias == Bias::kYes ? tensor(out) : *this;
}

TensorTally& TensorTally::norm(int64_t channels, Bias bias) {
  tensor(channels);
  return bias == Bias::kYes ? tensor(channels) : *this;
}

TensorTally& TensorTally::conv(int64_t in, int64_t out, int64_t kernel) {
  return tensor(in * out * kernel * kernel).tensor(out);
}

TensorTally& TensorTally::conv3d(int64_t in, int64_t out, int64_t kernel) {
  return tensor(in * out * kernel * kernel * kernel).tensor(out);
}

int64_t TensorTally::parameters() const {
  int64_t sum = 0;
  for (const Tensor& tensor : shared_) sum += tensor.elements;
  for (const auto& block : blocks_) {
    for (const Tensor& tensor : block) sum += tensor.elements;
  }
  return sum;
}

ComponentFootprint TensorTally::footprint(std::string name, const std::string& format) const {
  const int64_t element_bytes = format == "fp32" ? kFp32Bytes : 2;
  const auto packed = [&](const std::vector<Tensor>& tensors) {
    size_t bytes = 0;
    for (const Tensor& tensor : tensors) {
      const int64_t each = tensor.fp32 ? kFp32Bytes : element_bytes;
      bytes += align_weight(static_cast<size_t>(tensor.elements * each));
    }
    return static_cast<int64_t>(bytes);
  };
  ComponentFootprint footprint{std::move(name), format, packed(shared_), {}};
  for (const auto& block : blocks_) footprint.block_bytes.push_back(packed(block));
  return footprint;
}

}  // namespace easel

#include "engine/nn/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "engine/memory/weight_alignment.h"
#include "tests/support/checkpoints.h"

namespace easel::testing {
namespace {

// A copy of `tensor` that begins `past` bytes behind a multiple of kWeightAlignment; `room` holds
// it.
at::Tensor placed(const at::Tensor& tensor, size_t past, at::Tensor& room) {
  room = at::empty({static_cast<int64_t>(tensor.nbytes() + 2 * kWeightAlignment)}, at::kByte);
  auto address = reinterpret_cast<uintptr_t>(room.mutable_data_ptr());
  address += kWeightAlignment - address % kWeightAlignment + past;
  at::Tensor copy =
      at::from_blob(reinterpret_cast<void*>(address), tensor.sizes(), tensor.options());
  copy.copy_(tensor);
  return copy;
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  Module root;
  Linear linear(root, "linear", weight.size(1), weight.size(0));
  bind_all(root, {{"linear.weight", weight}, {"linear.bias", bias}});
  return linear.forward(x);
}

struct Size {
  int64_t rows, in, out;
};

class LinearTest : public ::testing::TestWithParam<at::ScalarType> {};

// WeightBuffer leaves such matrices in the file, wherever they begin there.
TEST_P(LinearTest, RoundsAlikeWhereverAMatrixOf16BitElementsBegins) {
  at::manual_seed(7);
  for (const Size size :
       {Size{1, 64, 96}, Size{1, 768, 3072}, Size{2, 256, 512}, Size{3, 33, 65}, Size{17, 100, 30},
        Size{64, 512, 1024}, Size{77, 768, 768}, Size{320, 384, 640}}) {
    const at::Tensor x = at::randn({size.rows, size.in}).to(GetParam());
    const at::Tensor weight = at::randn({size.out, size.in}).to(GetParam());
    const at::Tensor bias = at::randn({size.out}).to(GetParam());
    at::Tensor room;
    const at::Tensor expected = product(x, placed(weight, 0, room), bias);
    for (const size_t past : {2u, 4u, 6u, 8u, 16u, 24u, 30u, 32u, 40u, 62u}) {
      EXPECT_TRUE(at::equal(product(x, placed(weight, past, room), bias), expected))
          << size.rows << " rows, " << size.in << " to " << size.out << ", " << past << " past";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, LinearTest, ::testing::Values(at::kBFloat16, at::kHalf),
                         [](const auto& dtype) { return std::string(c10::toString(dtype.param)); });

}  // namespace
}  // namespace easel::testing

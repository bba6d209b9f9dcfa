#include "engine/nn/tensor_bytes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/nn/dtype_map.h"

namespace easel {
namespace {

TEST(TensorBytesTest, EveryDtypeComesBackAsItWas) {
  for (int i = 0; i <= static_cast<int>(DType::kBool); ++i) {
    const auto dtype = static_cast<DType>(i);
    NamedTensor tensor{"t", dtype, {2, 3}, std::string(6 * dtype_bytes(dtype), '\0')};
    for (size_t at = 0; at < tensor.bytes.size(); ++at) {
      tensor.bytes[at] = static_cast<char>(dtype == DType::kBool ? at % 2 : at + 1);
    }
    const at::Tensor made = from_named_tensor(tensor);
    EXPECT_EQ(made.scalar_type(), to_scalar_type(dtype)) << dtype_name(dtype);
    const NamedTensor back = to_named_tensor("t", made);
    EXPECT_EQ(back.dtype, dtype) << dtype_name(dtype);
    EXPECT_EQ(back.shape, tensor.shape) << dtype_name(dtype);
    EXPECT_EQ(back.bytes, tensor.bytes) << dtype_name(dtype);
  }
}

TEST(TensorBytesTest, BytesAreRowMajorWhateverTheStrides) {
  const at::Tensor table = at::arange(6, at::kInt).reshape({2, 3});
  const NamedTensor turned = to_named_tensor("t", table.t());
  EXPECT_EQ(turned.shape, (std::vector<int64_t>{3, 2}));
  EXPECT_TRUE(at::equal(from_named_tensor(turned),
                        at::tensor({0, 3, 1, 4, 2, 5}, at::kInt).reshape({3, 2})));
}

TEST(TensorBytesTest, ScalarsAndEmptyTensorsHaveTheirShapes) {
  EXPECT_EQ(to_named_tensor("s", at::scalar_tensor(2.0f)).shape, std::vector<int64_t>{});
  const NamedTensor empty = to_named_tensor("e", at::zeros({0, 4}));
  EXPECT_EQ(empty.bytes.size(), 0u);
  EXPECT_EQ(from_named_tensor(empty).sizes(), (std::vector<int64_t>{0, 4}));
}

TEST(TensorBytesTest, ThrowsWhenTheBytesDoNotFitTheShape) {
  EXPECT_THROW(from_named_tensor({"t", DType::kF32, {2}, std::string(7, '\0')}), c10::Error);
}

}  // namespace
}  // namespace easel

#include "engine/api/dtype.h"

#include <gtest/gtest.h>

#include <set>

namespace easel {
namespace {

TEST(DTypeTest, EveryNameComesBackAsItself) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(DType::kBool); ++i) {
    const auto dtype = static_cast<DType>(i);
    EXPECT_EQ(parse_dtype(dtype_name(dtype)), dtype) << dtype_name(dtype);
    EXPECT_TRUE(names.insert(dtype_name(dtype)).second) << dtype_name(dtype);
  }
}

TEST(DTypeTest, HasTheNamesAndSizesOfSafetensors) {
  EXPECT_EQ(parse_dtype("F8_E4M3"), DType::kF8E4M3);
  EXPECT_EQ(parse_dtype("BOOL"), DType::kBool);
  EXPECT_EQ(dtype_bytes(DType::kF64), 8u);
  EXPECT_EQ(dtype_bytes(DType::kBF16), 2u);
  EXPECT_EQ(dtype_bytes(DType::kF8E5M2), 1u);
  EXPECT_EQ(dtype_bytes(DType::kI32), 4u);
}

TEST(DTypeTest, OtherNamesAreUnknown) {
  for (const char* name : {"", "f32", "F32 ", "U16", "C64", "F8_E8M0", "float32"}) {
    EXPECT_EQ(parse_dtype(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace easel

#include "engine/nn/dtype_map.h"

#include <array>
#include <utility>

namespace easel {
namespace {

constexpr std::array<std::pair<DType, at::ScalarType>, 12> kPairs = {{
    {DType::kF64, at::kDouble},
    {DType::kF32, at::kFloat},
    {DType::kF16, at::kHalf},
    {DType::kBF16, at::kBFloat16},
    {DType::kF8E4M3, at::kFloat8_e4m3fn},
    {DType::kF8E5M2, at::kFloat8_e5m2},
    {DType::kI64, at::kLong},
    {DType::kI32, at::kInt},
    {DType::kI16, at::kShort},
    {DType::kI8, at::kChar},
    {DType::kU8, at::kByte},
    {DType::kBool, at::kBool},
}};

}  // namespace

at::ScalarType to_scalar_type(DType dtype) {
  for (const auto& [ours, atens] : kPairs) {
    if (ours == dtype) return atens;
  }
  return at::ScalarType::Undefined;
}

std::optional<DType> to_dtype(at::ScalarType type) {
  for (const auto& [ours, atens] : kPairs) {
    if (atens == type) return ours;
  }
  return std::nullopt;
}

std::string dtype_label(at::ScalarType dtype) {
  return dtype == at::kFloat ? "fp32" : dtype == at::kBFloat16 ? "bf16" : "fp16";
}

}  // namespace easel

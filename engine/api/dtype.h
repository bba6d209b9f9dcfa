// The number formats a tensor can be stored in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace easel {

enum class DType : uint8_t {
  kF64,
  kF32,
  kF16,
  kBF16,
  kF8E4M3,
  kF8E5M2,
  kI64,
  kI32,
  kI16,
  kI8,
  kU8,
  kBool
};

// Bytes of one element.
size_t dtype_bytes(DType dtype);

// The name that safetensors headers use: "F32", "BF16", "F8_E4M3", "BOOL", …
std::string_view dtype_name(DType dtype);

// The inverse of dtype_name, case-sensitive. nullopt for a name that this program does not compute
// with, among them safetensors' own U16, U32, U64, C64, F8_E8M0 and the formats below one byte.
std::optional<DType> parse_dtype(std::string_view name);

}  // namespace easel

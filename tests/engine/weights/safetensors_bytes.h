// Safetensors files made by hand, also ones that no writer makes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace easel {

// Length, header and `num_data_bytes` zeros. `length` instead of the header's own, when given.
inline std::string safetensors_bytes(std::string_view header, size_t num_data_bytes,
                                     uint64_t length) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(length >> (8 * i) & 0xFF);
  file += header;
  file.append(num_data_bytes, '\0');
  return file;
}

inline std::string safetensors_bytes(std::string_view header, size_t num_data_bytes) {
  return safetensors_bytes(header, num_data_bytes, header.size());
}

}  // namespace easel

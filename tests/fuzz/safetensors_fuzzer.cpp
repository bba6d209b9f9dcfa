// A header that is accepted describes exactly the bytes that are there.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/weights/safetensors_header.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

uint64_t needed_bytes(const easel::TensorInfo& tensor) {
  uint64_t bytes = easel::dtype_bytes(tensor.dtype);
  for (const int64_t size : tensor.shape) {
    require(size >= 0);
    bytes *= static_cast<uint64_t>(size);
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto header = easel::parse_safetensors_header(file, size);
  if (!header.ok()) {
    require(!header.status().message().empty() && header.status().message().size() < 2000);
    return 0;
  }
  size_t end = header->data_begin;
  for (const easel::TensorInfo& tensor : header->tensors) {
    require(tensor.offset == end && tensor.bytes == needed_bytes(tensor));
    end += tensor.bytes;
  }
  require(end == size);
  // The header alone must give the same as the whole file, and a file one byte longer or shorter is
  // refused.
  require(easel::parse_safetensors_header(file.substr(0, header->data_begin), size).ok());
  require(!easel::parse_safetensors_header(file, size + 1).ok());
  require(!easel::parse_safetensors_header(file, size - 1).ok());
  return 0;
}

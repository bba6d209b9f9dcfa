// For tools/fuzz_compare_safetensors.py: says of each file on standard input whether our reader
// takes it.
//
// Input: 4 bytes little-endian length and so many bytes, again and again. Output: a line for each,
// "ok N" (N tensors) or "no " and the message.
#include <cstdint>
#include <iostream>
#include <string>

#include "engine/weights/safetensors_header.h"

namespace {

bool read_file_from(std::istream& in, std::string& file) {
  unsigned char length[4];
  if (!in.read(reinterpret_cast<char*>(length), sizeof length)) return false;
  file.resize(length[0] | length[1] << 8 | length[2] << 16 |
              static_cast<uint32_t>(length[3]) << 24);
  return static_cast<bool>(in.read(file.data(), static_cast<std::streamsize>(file.size())));
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string file; read_file_from(std::cin, file);) {
    const auto header = easel::parse_safetensors_header(file, file.size());
    if (header.ok()) {
      std::cout << "ok " << header->tensors.size() << std::endl;
    } else {
      std::cout << "no " << header.status().message() << std::endl;
    }
  }
  return 0;
}

#include "engine/weights/pickle_check.h"

#include "base/error.h"

namespace easel {
namespace {

constexpr size_t kTarMagicOffset = 257;

bool starts_with_pickle_opcode(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}

}  // namespace

std::string_view pickle_kind(std::string_view bytes) {
  // torch.save writes data.pkl first; an archive that was packed again lists it in the directory at
  // the end.
  constexpr size_t kLook = size_t{1} << 16;
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLook));
  if (bytes.substr(0, 4) == "PK\x03\x04") {
    const bool has_pickle = bytes.substr(0, kLook).find("data.pkl") != bytes.npos ||
                            tail.find("data.pkl") != bytes.npos;
    if (has_pickle) return "a PyTorch pickle in a zip archive";
  }
  if (bytes.size() > kTarMagicOffset && bytes.substr(kTarMagicOffset, 5) == "ustar")
    return "a PyTorch pickle in a tar archive";
  if (starts_with_pickle_opcode(bytes)) return "a Python pickle";
  return {};
}

absl::Status pickle_refused(const std::filesystem::path& path, std::string_view kind) {
  return bad_weights(
      path.string(), " is ", kind,
      ": reading it would run code from the file, so it is refused. Convert it to safetensors "
      "(save_pretrained with safe_serialization=True in diffusers or transformers)");
}

}  // namespace easel

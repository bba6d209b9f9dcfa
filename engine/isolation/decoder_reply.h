// What the decoder program writes: a head of 20 bytes, then pixels or words. Both sides are built
// together, so there is no version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace easel {

struct DecoderReply {
  enum class Kind : uint32_t { kPixels = 1, kRefused = 2 };

  Kind kind = Kind::kRefused;
  uint32_t width = 0, height = 0;  // with kPixels: width × height × 3 bytes follow
  uint32_t text_bytes = 0;         // with kRefused: so many bytes of words follow
};

inline constexpr size_t kReplyHeadBytes = 20;
inline constexpr size_t kMaxRefusalBytes = 1 << 10;

// The arguments of the program.
inline constexpr char kPictureArgument[] = "picture";
inline constexpr char kMaskArgument[] = "mask";

std::array<char, kReplyHeadBytes> write_reply_head(const DecoderReply& reply);
// nullopt for what is no such head, or has more words than are allowed.
std::optional<DecoderReply> read_reply_head(std::string_view bytes);

}  // namespace easel

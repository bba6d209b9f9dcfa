#include "engine/isolation/decoder_reply.h"

#include <cstring>

namespace easel {
namespace {

constexpr uint32_t kMagic = 0x31505845;  // "EXP1"

}  // namespace

std::array<char, kReplyHeadBytes> write_reply_head(const DecoderReply& reply) {
  const std::array<uint32_t, 5> numbers = {kMagic, static_cast<uint32_t>(reply.kind), reply.width,
                                           reply.height, reply.text_bytes};
  std::array<char, kReplyHeadBytes> bytes;
  std::memcpy(bytes.data(), numbers.data(), sizeof(numbers));
  return bytes;
}

std::optional<DecoderReply> read_reply_head(std::string_view bytes) {
  std::array<uint32_t, 5> numbers;
  if (bytes.size() != sizeof(numbers)) return std::nullopt;
  std::memcpy(numbers.data(), bytes.data(), sizeof(numbers));
  DecoderReply reply{DecoderReply::Kind::kRefused, numbers[2], numbers[3], numbers[4]};
  if (numbers[0] != kMagic || reply.text_bytes > kMaxRefusalBytes) return std::nullopt;
  if (numbers[1] == static_cast<uint32_t>(DecoderReply::Kind::kPixels)) {
    reply.kind = DecoderReply::Kind::kPixels;
  } else if (numbers[1] != static_cast<uint32_t>(DecoderReply::Kind::kRefused)) {
    return std::nullopt;
  }
  return reply;
}

}  // namespace easel

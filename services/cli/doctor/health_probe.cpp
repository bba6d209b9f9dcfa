#include "services/cli/doctor/health_probe.h"

#include <cstdint>

namespace easel {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameHeader = 9;  // length (3), type, flags, stream (4)
constexpr uint8_t kData = 0, kHeaders = 1, kSettings = 4;
constexpr uint8_t kEndStream = 0x1, kEndHeaders = 0x4;
constexpr uint32_t kStream = 1;

// Entries of HPACK's static table that stand for a header and its value.
constexpr char kMethodPost = '\x83', kSchemeHttp = '\x86';
// And names of it, before a value that is not to be indexed.
constexpr char kAuthority = '\x01', kPath = '\x04';
constexpr char kContentType[] = "\x0f\x10";  // 31: more than the four bits there are

constexpr char kService[] = "easel.v1.ImageService";
constexpr char kServiceTag = '\x0a';  // field 1 of HealthCheckRequest
constexpr char kStatusTag = '\x08';   // field 1 of HealthCheckResponse
constexpr char kServing = 1, kNotServing = 2;
constexpr size_t kMessageHeader = 5;  // compressed or not, length (4)

// Texts shorter than 127 bytes, not Huffman-coded.
std::string with_length(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

std::string frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  const auto length = static_cast<uint32_t>(payload.size());
  const auto byte = [](uint32_t value, int shift) { return static_cast<char>(value >> shift); };
  std::string out = {byte(length, 16), byte(length, 8), byte(length, 0), static_cast<char>(type),
                     static_cast<char>(flags)};
  for (const int shift : {24, 16, 8, 0}) out += byte(stream, shift);
  return out += payload;
}

std::string request_headers() {
  std::string block = {kMethodPost, kSchemeHttp, kPath};
  block += with_length("/grpc.health.v1.Health/Check");
  block += kAuthority + with_length("easel");
  block += kContentType + with_length("application/grpc");
  block += '\0' + with_length("te") + with_length("trailers");
  return block;
}

std::string request_message() {
  const std::string message = kServiceTag + with_length(kService);
  return std::string(4, '\0') + static_cast<char>(message.size()) + message;
}

struct Frame {
  uint8_t type = 0, flags = 0;
  uint32_t stream = 0;
  std::string_view payload;
};

// Takes a frame off the front. False when it is not whole.
bool take_frame(std::string_view& bytes, Frame& frame) {
  if (bytes.size() < kFrameHeader) return false;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  const size_t length = byte(0) << 16 | byte(1) << 8 | byte(2);
  frame.type = static_cast<uint8_t>(byte(3));
  frame.flags = static_cast<uint8_t>(byte(4));
  frame.stream = (byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8)) & 0x7fffffff;
  if (bytes.size() < kFrameHeader + length) return false;
  frame.payload = bytes.substr(kFrameHeader, length);
  bytes.remove_prefix(kFrameHeader + length);
  return true;
}

ProbeAnswer read_message(std::string_view payload) {
  const bool whole = payload.size() == kMessageHeader + 2 && payload[kMessageHeader] == kStatusTag;
  if (whole && payload.back() == kServing) return ProbeAnswer::kEasel;
  return whole && payload.back() == kNotServing ? ProbeAnswer::kEaselNotServing
                                                : ProbeAnswer::kOther;
}

}  // namespace

std::string gateway_probe() {
  return "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
}

ProbeAnswer read_gateway_answer(std::string_view bytes) {
  constexpr std::string_view kStart = "HTTP/1.1 ";
  if (bytes.substr(0, kStart.size()) != kStart.substr(0, bytes.size())) return ProbeAnswer::kOther;
  if (bytes.find("\r\n\r\n") == std::string_view::npos) return ProbeAnswer::kIncomplete;
  return bytes.find("{\"status\":\"alive\"}") == std::string_view::npos ? ProbeAnswer::kIncomplete
                                                                        : ProbeAnswer::kEasel;
}

std::string worker_probe() {
  return kPreface + frame(kSettings, 0, 0, "") +
         frame(kHeaders, kEndHeaders, kStream, request_headers()) +
         frame(kData, kEndStream, kStream, request_message());
}

ProbeAnswer read_worker_answer(std::string_view bytes) {
  // The type of the first frame is known before the frame is whole: another protocol's text would
  // make a length that never comes.
  if (bytes.size() > 3 && static_cast<uint8_t>(bytes[3]) != kSettings) return ProbeAnswer::kOther;
  for (Frame frame; take_frame(bytes, frame);) {
    if (frame.stream != kStream) continue;
    if (frame.type == kData && !frame.payload.empty()) return read_message(frame.payload);
    // Headers alone: the call failed, the service is not known.
    if (frame.type == kHeaders && (frame.flags & kEndStream) != 0) return ProbeAnswer::kOther;
  }
  return ProbeAnswer::kIncomplete;
}

}  // namespace easel

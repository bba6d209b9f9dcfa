#include "engine/image/icc_profile.h"

#include <map>
#include <optional>

#include "engine/image/decode.h"
#include "engine/image/jpeg_segments.h"
#include "engine/image/png_chunks.h"
#include "engine/image/unpack.h"
#include "engine/image/webp_chunks.h"

namespace easel {
namespace {

constexpr size_t kMaxProfileBytes = 4u << 20;

// Name, NUL, method 0, deflated bytes.
std::string profile_of_png(std::string_view file) {
  const auto chunks = list_png_chunks(file);
  if (!chunks.ok()) return {};
  for (const PngChunk& chunk : *chunks) {
    if (chunk.type != "iCCP") continue;
    const size_t name_end = chunk.data.find('\0');
    if (name_end == std::string_view::npos || chunk.data.size() < name_end + 2) return {};
    return unpack(chunk.data.substr(name_end + 2), kMaxProfileBytes, "a profile over 4 MiB")
        .value_or("");
  }
  return {};
}

// ICC.1:2010 B.4: "ICC_PROFILE", NUL, number from 1 on, count, bytes.
std::string profile_of_jpeg(std::string_view file) {
  constexpr std::string_view kPrefix("ICC_PROFILE\0", 12);
  constexpr uint8_t kApp2 = 0xe2;
  std::map<uint8_t, std::string_view> parts;
  size_t count = 0;
  JpegSegments segments(file);
  while (const std::optional<JpegSegment> segment = segments.next()) {
    const std::string_view data = segment->data;
    if (segment->marker != kApp2 || !data.starts_with(kPrefix) || data.size() < 14) continue;
    count = static_cast<uint8_t>(data[13]);
    parts[static_cast<uint8_t>(data[12])] = data.substr(14);
  }
  if (parts.empty() || parts.size() != count || parts.begin()->first != 1) return {};
  std::string profile;  // at most 255 × 64 KiB
  for (const auto& [number, part] : parts) profile += part;
  return profile;
}

std::string profile_of(std::string_view file) {
  const auto format = detect_image_format(file);
  if (!format.ok()) return {};
  switch (*format) {
    case ImageFormat::kPng:
      return profile_of_png(file);
    case ImageFormat::kJpeg:
      return profile_of_jpeg(file);
    case ImageFormat::kWebp:
      return std::string(find_webp_chunk(file, "ICCP"));
  }
  return {};
}

}  // namespace

std::string read_icc_profile(std::string_view file) {
  std::string profile = profile_of(file);
  if (profile.size() > kMaxProfileBytes) profile.clear();
  return profile;
}

}  // namespace easel

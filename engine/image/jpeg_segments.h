// The segments of a JPEG file (ITU-T T.81 B.1.1) before its first scan. Internal to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace easel {

struct JpegSegment {
  uint8_t marker = 0;     // 0xc0…0xfe
  std::string_view data;  // without marker and length
};

// Goes from segment to segment; a plain value that borrows the file.
class JpegSegments {
 public:
  explicit JpegSegments(std::string_view file) : file_(file) {}

  // nullopt at the first scan, at the end, and where the file is damaged.
  std::optional<JpegSegment> next() {
    constexpr uint8_t kStartOfScan = 0xda, kEndOfImage = 0xd9;
    while (at_ + 1 < file_.size() && byte(at_) == 0xff && byte(at_ + 1) == 0xff) ++at_;  // fill
    if (at_ + 4 > file_.size() || byte(at_) != 0xff) return std::nullopt;
    const uint8_t marker = byte(at_ + 1);
    const size_t length = static_cast<size_t>(byte(at_ + 2)) << 8 | byte(at_ + 3);
    if (marker < 0xc0 || marker == kStartOfScan || marker == kEndOfImage || length < 2 ||
        file_.size() - at_ - 2 < length) {
      return std::nullopt;
    }
    const JpegSegment segment{marker, file_.substr(at_ + 4, length - 2)};
    at_ += 2 + length;
    return segment;
  }

 private:
  uint8_t byte(size_t at) const { return static_cast<uint8_t>(file_[at]); }

  std::string_view file_;
  size_t at_ = 2;  // behind the start of the image
};

}  // namespace easel

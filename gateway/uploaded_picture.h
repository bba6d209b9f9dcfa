// A picture that a caller uploads: checked by its header, read in a process of its own, and made
// plain. Nothing of the upload is written to disk, and nothing of it but its pixels goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

class IsolatedDecoder;

struct UploadLimits {
  size_t max_bytes = 25 << 20;
  int64_t max_pixels = 64 << 20;
  int64_t min_side = 16;  // pixels
};

// Larger pictures are shrunk to it: what is uploaded once is read and sent many times.
inline constexpr int kLongestUploadSide = 2048;

// A PNG of ours: 8 bits a channel, RGB, upright, sRGB, what was transparent on white; no text, no
// EXIF, no profile. Sizes in pixels.
struct UploadedPicture {
  std::string png;
  int width = 0;
  int height = 0;
};

// Whether `bytes` can be a picture that is taken: PNG, JPEG or WebP by their first bytes, not
// animated, size and sides within the limits. Only the header is read, by no codec, so a picture
// that claims too much costs nothing. invalid_field, naming `field`, in words for the caller.
absl::Status check_upload_header(std::string_view bytes, std::string_view field,
                                 const UploadLimits& limits = {});

// The checked picture. invalid_field, naming `field`, for what the header's check refuses and for
// what cannot be read, also where reading it ends the decoder's process; queue_full while too many
// pictures are being read. Blocks while the picture is read, seconds at most. Thread-safe.
absl::StatusOr<UploadedPicture> read_upload(const IsolatedDecoder& decoder, std::string_view bytes,
                                            std::string_view field,
                                            const UploadLimits& limits = {});

}  // namespace easel

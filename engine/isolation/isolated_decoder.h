// Reads pictures in a process of their own (easel-picture-decoder), so that a fault of a codec, or
// a picture made to use one, costs that picture and nothing else: the process has no file, no
// network, a few system calls, bounded memory and time, and is always ended and reaped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/api/start_picture.h"
#include "engine/image/image_limits.h"
#include "engine/image/picture_header.h"

namespace easel {

struct IsolatedDecoderOptions {
  std::filesystem::path program;              // "": beside the program that runs
  size_t max_bytes = kMaxImageFileBytes;      // of a file; more than that never
  int64_t max_pixels = kMaxImagePixels;       // by its header; more than that never
  size_t max_at_once = 2;                     // each may take a core, and 1.5 GiB for 64 megapixels
  std::chrono::milliseconds timeout{30'000};  // of one picture; its processor time ends at 10 s
  std::chrono::milliseconds patience{30'000};  // for a place, while others are being read
};

// Thread-safe.
class IsolatedDecoder final : public PictureReader {
 public:
  // INVALID_FIELD when the decoder program is not there or cannot be run.
  static absl::StatusOr<std::shared_ptr<const IsolatedDecoder>> create(
      IsolatedDecoderOptions options);

  // Reads a picture of our own, so that a program that cannot work here (a library that is missing,
  // a filter that is not permitted) is known at the start. INVALID_FIELD.
  absl::Status try_out() const;

  // By read_picture_header() and the options' limits.
  absl::Status check(std::string_view file) const override;

  // As read_plain_picture() (plain_picture.h). INVALID_FIELD for a picture that ends the process or
  // takes it too long, too; QUEUE_FULL when no place is to be had; INFERENCE_FAILED when the
  // program cannot be started. What `cancel` stops is over within moments, its process included.
  absl::StatusOr<PicturePixels> read(std::string_view file, PictureUse use,
                                     const CancelToken& cancel) const override;
  // For whom nobody stops.
  absl::StatusOr<PicturePixels> read(std::string_view file, PictureUse use) const {
    return read(file, use, CancelToken());
  }

 private:
  explicit IsolatedDecoder(IsolatedDecoderOptions options) : options_(std::move(options)) {}
  absl::StatusOr<PictureHeader> header_within_limits(std::string_view file) const;
  absl::Status take_place(const CancelToken& cancel) const;
  void leave_place() const;

  const IsolatedDecoderOptions options_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable size_t running_ = 0;  // under mutex_
};

}  // namespace easel

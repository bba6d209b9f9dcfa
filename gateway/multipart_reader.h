// multipart/form-data (RFC 7578, RFC 2046 5.1), read piece by piece as a body comes. Every number
// is bounded while it grows, so what is refused costs no more than the limits.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

struct MultipartPart {
  std::string name;
  std::string content;  // as it came; file names and media types of the parts are not looked at
};

// Not thread-safe.
class MultipartReader {
 public:
  static constexpr size_t kMaxParts = 16;
  static constexpr size_t kMaxHeaderBytes = 8 << 10;  // of one part
  static constexpr size_t kMaxBoundaryBytes = 70;     // RFC 2046 5.1.1

  // How many bytes the next part of that name may have, or why there may be none.
  using Admit = std::function<absl::StatusOr<size_t>(std::string_view name)>;

  // The boundary in "multipart/form-data; boundary=…". bad_request when there is none, more than
  // one, or one that RFC 2046 does not allow.
  static absl::StatusOr<std::string> boundary_of(std::string_view content_type);

  MultipartReader(std::string_view boundary, Admit admit);

  // The next piece, of any length. The first error stays: invalid_field for a body that is no
  // multipart/form-data or has too many parts or headers, too_large for a part that is longer than
  // `admit` said, and what `admit` said no with.
  absl::Status take(std::string_view piece);

  // After the last piece: the parts, in order. invalid_field when the closing boundary is missing.
  absl::StatusOr<std::vector<MultipartPart>> finish();

 private:
  enum class State { kPreamble, kAfterBoundary, kHeaders, kContent, kEpilogue };

  // Each does what it can with what is held, and says whether it got on.
  absl::StatusOr<bool> step();
  absl::StatusOr<bool> skip_preamble();
  absl::StatusOr<bool> read_after_boundary();
  absl::StatusOr<bool> read_headers();
  absl::StatusOr<bool> read_content();
  absl::Status begin_part(std::string_view headers);
  absl::Status append_content(size_t count);

  const std::string delimiter_;  // CR LF -- boundary
  const Admit admit_;
  State state_ = State::kPreamble;
  std::string held_ = "\r\n";  // what is not understood yet; a delimiter may stand at the beginning
  std::vector<MultipartPart> parts_;
  size_t most_content_ = 0;  // of the last part
  absl::Status status_;
};

}  // namespace easel

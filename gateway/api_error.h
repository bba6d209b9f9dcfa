// The errors of the REST API: a stable code, its HTTP status, and words that any caller may read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/strings.h"

namespace easel {

// docs/rest_api.md lists them; the names on the wire are stable: do not rename.
enum class ErrorCode {
  kInvalidJson,
  kInvalidField,
  kBadRequest,
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kTimeout,
  kConflict,
  kTooLarge,
  kUnsupportedMediaType,
  kQueueFull,
  kTooManyStreams,
  kRateLimited,
  kBusy,
  kCancelled,
  kInternal,
  kModelMissing,
  kBadWeights,
  kOutOfMemory,
  kInferenceFailed,
  kWorkerUnavailable,
  kWorkerLost,
  kInterrupted,
  kStorageFailed,
  kDeadline,
};

struct ApiError {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // for everybody: no path, SQL, address or type
};

absl::Span<const ErrorCode> all_error_codes();

int http_status_of(ErrorCode code);
std::string_view error_code_name(ErrorCode code);  // "invalid_json"

// The words for a code when there is nothing better to say.
std::string_view default_message(ErrorCode code);

// An error status that carries the code; its message is shown to callers.
absl::Status api_error(ErrorCode code, std::string_view message);
absl::Status api_error(ErrorCode code);

// The same error with what only the log may say: addresses, gRPC's and SQLite's own words.
absl::Status with_detail(absl::Status status, std::string_view detail);
// What the log should say of an error: its message, and its detail if there is one.
std::string log_text(const absl::Status& status);

// The same error with when to try again (Retry-After), in whole seconds, rounded up.
absl::Status with_retry_after(absl::Status status, std::chrono::milliseconds wait);
std::optional<int64_t> retry_after_seconds(const absl::Status& status);

// What callers may know of an error: those of api_error() as they are; of the program's other
// errors (base/error.h) the code of their reason, with their own words only where these speak of
// the request or are made for users (INVALID_FIELD, QUEUE_FULL, OUTPUT_FAILED).
ApiError public_error(const absl::Status& status);

}  // namespace easel

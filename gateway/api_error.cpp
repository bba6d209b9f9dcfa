#include "gateway/api_error.h"

#include <array>
#include <iterator>

#include "absl/types/optional.h"
#include "base/error.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr char kCodeUrl[] = "easel/api_error";
constexpr char kDetailUrl[] = "easel/log_detail";
constexpr char kRetryUrl[] = "easel/retry_after";

struct Row {
  ErrorCode code;
  int status;
  std::string_view name;
  std::string_view message;
};

constexpr Row kRows[] = {
    {ErrorCode::kInvalidJson, 400, "invalid_json", "the body is not JSON"},
    {ErrorCode::kInvalidField, 400, "invalid_field", "a field has a value that cannot be"},
    {ErrorCode::kBadRequest, 400, "bad_request", "the request is not well-formed HTTP"},
    {ErrorCode::kUnauthorized, 401, "unauthorized",
     "this needs credentials: an API key, or an admin's login"},
    {ErrorCode::kForbidden, 403, "forbidden", "these credentials do not allow it"},
    {ErrorCode::kNotFound, 404, "not_found", "there is nothing at this address"},
    {ErrorCode::kMethodNotAllowed, 405, "method_not_allowed", "the method is not allowed here"},
    {ErrorCode::kTimeout, 408, "timeout", "the request took too long to arrive"},
    {ErrorCode::kConflict, 409, "conflict", "a generation of this id exists already"},
    {ErrorCode::kTooLarge, 413, "too_large", "the request is larger than is taken here"},
    {ErrorCode::kUnsupportedMediaType, 415, "unsupported_media_type",
     "the body has a media type or an encoding that is not taken here"},
    {ErrorCode::kQueueFull, 429, "queue_full", "the queue is full; try again later"},
    {ErrorCode::kTooManyStreams, 429, "too_many_streams", "too many event streams are open"},
    {ErrorCode::kRateLimited, 429, "rate_limited", "too much at once; try again later"},
    {ErrorCode::kBusy, 503, "busy", "too many requests at once; try again"},
    {ErrorCode::kCancelled, 409, "cancelled", "the generation was cancelled"},
    {ErrorCode::kInternal, 500, "internal",
     "something went wrong in the server; its log has more under this request id"},
    {ErrorCode::kModelMissing, 503, "model_missing",
     "the files of the model are not there; the server's log says what is missing"},
    {ErrorCode::kBadWeights, 503, "bad_weights",
     "a file of the model is damaged; the server's log says which"},
    {ErrorCode::kOutOfMemory, 503, "out_of_memory",
     "the picture did not fit into the memory; a smaller one may"},
    {ErrorCode::kInferenceFailed, 503, "inference_failed",
     "the worker failed while it made the picture"},
    {ErrorCode::kWorkerUnavailable, 503, "worker_unavailable", "the worker does not answer"},
    {ErrorCode::kWorkerLost, 503, "worker_lost",
     "the worker ended while it made the picture; ask again when it is back, and for a smaller "
     "picture if that ends it too: memory may have run out"},
    {ErrorCode::kInterrupted, 503, "interrupted",
     "the server stopped before the generation had ended"},
    {ErrorCode::kStorageFailed, 507, "storage_failed",
     "the picture or its record could not be written"},
    {ErrorCode::kDeadline, 504, "deadline", "it took longer than is allowed"},
};

const Row& row_of(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return row_of(ErrorCode::kInternal);
}

ErrorCode code_of(Reason reason) {
  switch (reason) {
    case Reason::kInvalidField:
      return ErrorCode::kInvalidField;
    case Reason::kModelMissing:
    case Reason::kComponentMissing:
      return ErrorCode::kModelMissing;
    case Reason::kBadWeights:
      return ErrorCode::kBadWeights;
    case Reason::kQueueFull:
      return ErrorCode::kQueueFull;
    case Reason::kOutOfMemory:
      return ErrorCode::kOutOfMemory;
    case Reason::kInferenceFailed:
      return ErrorCode::kInferenceFailed;
    case Reason::kDeadline:
      return ErrorCode::kDeadline;
    case Reason::kCancelled:
      return ErrorCode::kCancelled;
    case Reason::kOutputFailed:
      return ErrorCode::kStorageFailed;
    case Reason::kDraining:
      return ErrorCode::kWorkerUnavailable;
  }
  return ErrorCode::kInternal;
}

// Without one an error comes from where nobody thought of it.
bool has_reason(const absl::Status& status) {
  bool found = false;
  status.ForEachPayload([&](absl::string_view, const absl::Cord&) { found = true; });
  return found;
}

bool has_public_words(Reason reason) {
  return reason == Reason::kInvalidField || reason == Reason::kQueueFull ||
         reason == Reason::kOutputFailed;
}

}  // namespace

absl::Span<const ErrorCode> all_error_codes() {
  static const auto kCodes = [] {
    std::array<ErrorCode, std::size(kRows)> all{};
    for (size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].code;
    return all;
  }();
  return kCodes;
}

int http_status_of(ErrorCode code) { return row_of(code).status; }
std::string_view error_code_name(ErrorCode code) { return row_of(code).name; }
std::string_view default_message(ErrorCode code) { return row_of(code).message; }

absl::Status api_error(ErrorCode code, std::string_view message) {
  absl::Status status(absl::StatusCode::kUnknown, to_absl(message));
  status.SetPayload(kCodeUrl, absl::Cord(to_absl(error_code_name(code))));
  return status;
}

absl::Status api_error(ErrorCode code) { return api_error(code, default_message(code)); }

absl::Status with_detail(absl::Status status, std::string_view detail) {
  status.SetPayload(kDetailUrl, absl::Cord(to_absl(detail)));
  return status;
}

absl::Status with_retry_after(absl::Status status, std::chrono::milliseconds wait) {
  const int64_t seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  status.SetPayload(kRetryUrl, absl::Cord(to_absl(std::to_string(seconds))));
  return status;
}

std::optional<int64_t> retry_after_seconds(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRetryUrl);
  if (!payload) return std::nullopt;
  return std::stoll(std::string(*payload));
}

std::string log_text(const absl::Status& status) {
  std::string text(to_std(status.message()));
  if (const std::string cause = storage_detail(status); !cause.empty()) text += ": " + cause;
  const absl::optional<absl::Cord> detail = status.GetPayload(kDetailUrl);
  return detail ? text + ": " + std::string(*detail) : text;
}

ApiError public_error(const absl::Status& status) {
  if (const absl::optional<absl::Cord> payload = status.GetPayload(kCodeUrl)) {
    for (const Row& row : kRows) {
      if (*payload == to_absl(row.name)) return {row.code, std::string(to_std(status.message()))};
    }
  }
  if (!has_reason(status)) {
    return {ErrorCode::kInternal, std::string(default_message(ErrorCode::kInternal))};
  }
  if (is_database_busy(status)) {
    return {ErrorCode::kBusy, std::string(to_std(status.message()))};
  }
  const Reason reason = reason_of(status);
  const ErrorCode code = code_of(reason);
  return {code, has_public_words(reason) ? std::string(to_std(status.message()))
                                         : std::string(default_message(code))};
}

}  // namespace easel

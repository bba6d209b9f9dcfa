// The program's errors: an absl::Status that carries a stable reason.
//
// A reason is what callers may switch on (the CLI's exit code, gRPC's ErrorInfo, the HTTP status);
// the message is for people and says what is wrong, what was expected, and where. Thread-safe:
// values only.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/strings.h"

namespace easel {

// Names on the wire are stable ("INVALID_FIELD", …): do not rename.
enum class Reason {
  kInvalidField,      // the request asks for something that cannot be; the message names the field
  kModelMissing,      // the model's folder or file is not there, or is not a model
  kComponentMissing,  // the model is there, a component or file of it is not
  kBadWeights,        // a file of the model is damaged or does not fit the model
  kQueueFull,
  kOutOfMemory,
  kInferenceFailed,
  kDeadline,
  kCancelled,
  kOutputFailed,  // a result could not be written (read-only folder, full disk)
  kDraining,      // the program is about to end and takes nothing new
};

// "INVALID_FIELD" and so on.
std::string_view reason_name(Reason reason);

// Every reason, in the order of the enumeration.
absl::Span<const Reason> all_reasons();

// An error status with the canonical code of `reason`.
absl::Status make_error(Reason reason, std::string_view message);

// The reason of an error; kInferenceFailed for an error that carries none. `status` must not be ok.
Reason reason_of(const absl::Status& status);

// The same error (code, reason) with "context: " in front of its message.
absl::Status with_context(const absl::Status& status, std::string_view context);

template <typename... Parts>
absl::Status invalid_field(const Parts&... parts) {
  return make_error(Reason::kInvalidField, concat(parts...));
}

template <typename... Parts>
absl::Status bad_weights(const Parts&... parts) {
  return make_error(Reason::kBadWeights, concat(parts...));
}

}  // namespace easel

// Returns from the enclosing function when `expression` (an absl::Status) is an error.
#define EASEL_RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                        \
    if (absl::Status easel_status_ = (expression); !easel_status_.ok()) return easel_status_; \
  } while (false)

// EASEL_ASSIGN_OR_RETURN(auto x, make_x()): declares x from a StatusOr, or returns its error.
#define EASEL_ASSIGN_OR_RETURN(declaration, expression) \
  EASEL_ASSIGN_OR_RETURN_IMPL_(EASEL_CONCAT_(easel_status_or_, __LINE__), declaration, expression)
#define EASEL_ASSIGN_OR_RETURN_IMPL_(temporary, declaration, expression) \
  auto temporary = (expression);                                         \
  if (!temporary.ok()) return std::move(temporary).status();             \
  declaration = *std::move(temporary)
#define EASEL_CONCAT_(a, b) EASEL_CONCAT_INNER_(a, b)
#define EASEL_CONCAT_INNER_(a, b) a##b

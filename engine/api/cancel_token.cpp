#include "engine/api/cancel_token.h"

#include "base/error.h"

namespace easel {

absl::Status CancelToken::check() const {
  if (expired()) {
    return make_error(Reason::kDeadline, "the job's deadline passed before it was done");
  }
  if (cancelled()) return make_error(Reason::kCancelled, "the job was cancelled");
  return absl::OkStatus();
}

}  // namespace easel

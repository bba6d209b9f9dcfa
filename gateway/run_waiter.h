// Waiting for a generation on behalf of the caller who asked for it.
#pragma once

#include "absl/status/statusor.h"
#include "gateway/generation_run.h"
#include "gateway/http_types.h"
#include "storage/generation_record.h"

namespace easel {

// The record once the generation has ended well, or why it has not. A caller that goes away cancels
// it, and its end is not waited for. The answer to what cost nothing says nothing of limits.
absl::StatusOr<GenerationRecord> await_record(HttpRequest& request, GenerationRun& run);

}  // namespace easel

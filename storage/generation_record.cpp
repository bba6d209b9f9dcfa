#include "storage/generation_record.h"

namespace easel {

std::string_view generation_status_name(GenerationStatus status) {
  switch (status) {
    case GenerationStatus::kQueued:
      return "queued";
    case GenerationStatus::kRunning:
      return "running";
    case GenerationStatus::kDone:
      return "done";
    case GenerationStatus::kFailed:
      return "failed";
    case GenerationStatus::kCancelled:
      return "cancelled";
    case GenerationStatus::kInterrupted:
      break;
  }
  return "interrupted";
}

}  // namespace easel

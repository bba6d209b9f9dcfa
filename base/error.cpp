#include "base/error.h"

#include <array>

#include "absl/types/optional.h"

namespace easel {
namespace {

constexpr char kReasonUrl[] = "easel/reason";

struct ReasonRow {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
};

constexpr std::array<ReasonRow, 11> kReasons = {{
    {Reason::kInvalidField, "INVALID_FIELD", absl::StatusCode::kInvalidArgument},
    {Reason::kModelMissing, "MODEL_MISSING", absl::StatusCode::kNotFound},
    {Reason::kComponentMissing, "COMPONENT_MISSING", absl::StatusCode::kFailedPrecondition},
    {Reason::kBadWeights, "BAD_WEIGHTS", absl::StatusCode::kFailedPrecondition},
    {Reason::kQueueFull, "QUEUE_FULL", absl::StatusCode::kResourceExhausted},
    {Reason::kOutOfMemory, "OUT_OF_MEMORY", absl::StatusCode::kResourceExhausted},
    {Reason::kInferenceFailed, "INFERENCE_FAILED", absl::StatusCode::kInternal},
    {Reason::kDeadline, "DEADLINE", absl::StatusCode::kDeadlineExceeded},
    {Reason::kCancelled, "CANCELLED", absl::StatusCode::kCancelled},
    {Reason::kOutputFailed, "OUTPUT_FAILED", absl::StatusCode::kUnavailable},
    {Reason::kDraining, "DRAINING", absl::StatusCode::kUnavailable},
}};

const ReasonRow& row_of(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

}  // namespace

std::string_view reason_name(Reason reason) { return row_of(reason).name; }

absl::Span<const Reason> all_reasons() {
  static const auto kAll = [] {
    std::array<Reason, kReasons.size()> all{};
    for (size_t i = 0; i < all.size(); ++i) all[i] = kReasons[i].reason;
    return all;
  }();
  return kAll;
}

absl::Status make_error(Reason reason, std::string_view message) {
  absl::Status status(row_of(reason).code, to_absl(message));
  status.SetPayload(kReasonUrl, absl::Cord(to_absl(row_of(reason).name)));
  return status;
}

Reason reason_of(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kReasonUrl);
  if (!payload) return Reason::kInferenceFailed;
  for (const ReasonRow& row : kReasons) {
    if (*payload == to_absl(row.name)) return row.reason;
  }
  return Reason::kInferenceFailed;
}

absl::Status with_context(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status result(status.code(), concat(context, ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { result.SetPayload(url, payload); });
  return result;
}

}  // namespace easel

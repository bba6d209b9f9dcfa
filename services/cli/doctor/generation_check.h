// One step of a picture, with the smallest model there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/api/generate.h"
#include "services/cli/doctor/finding.h"
#include "services/cli/doctor/known_models.h"

namespace easel {

struct SmallestModel {
  KnownModel model;
  int64_t bytes = 0;  // of its weights
};

// The largest difference between two values of the picture (0 … 1) in the result's tensor "image";
// nothing when it has none.
std::optional<double> picture_contrast(const GenerateResult& result);

// `total_seconds`: with opening and loading.
Finding judge_generation(const SmallestModel& model, const absl::StatusOr<GenerateResult>& result,
                         double total_seconds);

// Why nothing was drawn: there is no model, or its weights are more than `usable_bytes` of memory.
Finding judge_undrawn(const std::optional<SmallestModel>& model, int64_t usable_bytes);

}  // namespace easel

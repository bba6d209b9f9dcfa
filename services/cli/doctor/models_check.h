// The models: whether each is whole, as `easel inspect` sees it.
#pragma once

#include "absl/status/statusor.h"
#include "engine/api/model_report.h"
#include "services/cli/doctor/finding.h"
#include "services/cli/doctor/known_models.h"

namespace easel {

// `report` as inspect_model gives it; not read for a model that is not on this machine.
Finding judge_model(const KnownModel& model, const absl::StatusOr<ModelReport>& report);

// The same for one whose registry entry takes components from elsewhere, so that its own folder
// need not be whole; `status` is what check_model_files said.
Finding judge_mixed_model(const KnownModel& model, const absl::Status& status);

}  // namespace easel

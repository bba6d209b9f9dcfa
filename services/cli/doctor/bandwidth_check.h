// How fast memory is copied, within the host and to the device.
#pragma once

#include "absl/status/statusor.h"
#include "engine/api/copy_speeds.h"
#include "services/cli/doctor/finding.h"

namespace easel {

Finding judge_bandwidth(const absl::StatusOr<CopySpeeds>& speeds);

}  // namespace easel

// What `easel doctor` looks at.
#pragma once

#include <vector>

#include "services/cli/doctor/doctor_check.h"

namespace easel {

// In the order in which they are shown: the machine first, then models, services, a picture. What
// they need of the environment they read when they run.
std::vector<DoctorCheck> all_checks();

}  // namespace easel

// Findings as JSON: in the doctor's output, and from the process of a check to the doctor's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/cli/doctor/finding.h"

namespace easel {

// One line without its end: {"name", "status", "found", "cause", "remedy", "seconds"}. Text that is
// no UTF-8 is mended.
std::string finding_to_json(const Finding& finding);

// Nothing for text that is not whole.
std::optional<Finding> finding_from_json(std::string_view line);

}  // namespace easel

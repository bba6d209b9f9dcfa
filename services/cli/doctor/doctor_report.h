// How `easel doctor` shows its findings.
#pragma once

#include <string>
#include <vector>

#include "services/cli/doctor/finding.h"

namespace easel {

// "warn  memory: …", and under it cause and remedy, in lines of at most kTextWidth. `colours`: the
// status in a terminal's colours.
std::string finding_text(const Finding& finding, bool colours);

// "12 findings: 10 ok, 1 warn, 1 fail"
std::string summary_text(const std::vector<Finding>& findings);

// {"checks": [{"name", "status", "found", "cause", "remedy", "seconds"}], "status"}
std::string doctor_json(const std::vector<Finding>& findings);

// The worst of all; ok for none.
FindingStatus worst_status(const std::vector<Finding>& findings);

}  // namespace easel

#include "services/cli/doctor/doctor_report.h"

#include <algorithm>

#include "base/strings.h"
#include "services/cli/doctor/finding_json.h"
#include "services/cli/doctor/wrap.h"

namespace easel {
namespace {

constexpr size_t kIndent = 6;      // below a status
constexpr size_t kSubIndent = 13;  // below a cause

const char* colour_of(FindingStatus status) {
  return status == FindingStatus::kOk     ? "\x1b[32m"
         : status == FindingStatus::kWarn ? "\x1b[33m"
                                          : "\x1b[31m";
}

}  // namespace

std::string finding_text(const Finding& finding, bool colours) {
  const std::string status(status_name(finding.status));
  const std::string first = status + std::string(kIndent - status.size(), ' ');
  std::string text = wrap(first, concat(finding.name, ": ", finding.found), kIndent);
  if (colours) text.replace(0, status.size(), concat(colour_of(finding.status), status, "\x1b[0m"));
  if (!finding.cause.empty()) text += wrap("      cause: ", finding.cause, kSubIndent);
  if (!finding.remedy.empty()) text += wrap("      do:    ", finding.remedy, kSubIndent);
  return text;
}

std::string summary_text(const std::vector<Finding>& findings) {
  const auto count = [&](FindingStatus status) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const Finding& finding) { return finding.status == status; });
  };
  return concat(findings.size(), " findings: ", count(FindingStatus::kOk), " ok, ",
                count(FindingStatus::kWarn), " warn, ", count(FindingStatus::kFail), " fail\n");
}

std::string doctor_json(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) lines.push_back("  " + finding_to_json(finding));
  return concat("{\"checks\": [\n", join(lines, ",\n"), "],\n\"status\": \"",
                status_name(worst_status(findings)), "\"}\n");
}

FindingStatus worst_status(const std::vector<Finding>& findings) {
  FindingStatus worst = FindingStatus::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.status);
  return worst;
}

}  // namespace easel

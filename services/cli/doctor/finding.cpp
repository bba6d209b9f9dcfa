#include "services/cli/doctor/finding.h"

namespace easel {
namespace {

Finding make(FindingStatus status, std::string_view name, std::string_view found,
             std::string_view cause, std::string_view remedy) {
  Finding finding;
  finding.status = status;
  finding.name = name;
  finding.found = found;
  finding.cause = cause;
  finding.remedy = remedy;
  return finding;
}

}  // namespace

std::string_view status_name(FindingStatus status) {
  return status == FindingStatus::kOk ? "ok" : status == FindingStatus::kWarn ? "warn" : "fail";
}

Finding ok(std::string_view name, std::string_view found) {
  return make(FindingStatus::kOk, name, found, "", "");
}

Finding warn(std::string_view name, std::string_view found, std::string_view cause,
             std::string_view remedy) {
  return make(FindingStatus::kWarn, name, found, cause, remedy);
}

Finding fail(std::string_view name, std::string_view found, std::string_view cause,
             std::string_view remedy) {
  return make(FindingStatus::kFail, name, found, cause, remedy);
}

}  // namespace easel

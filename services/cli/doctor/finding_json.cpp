#include "services/cli/doctor/finding_json.h"

#include <nlohmann/json.hpp>

namespace easel {
namespace {

using Json = nlohmann::ordered_json;

FindingStatus status_of(const std::string& name) {
  if (name == status_name(FindingStatus::kOk)) return FindingStatus::kOk;
  return name == status_name(FindingStatus::kWarn) ? FindingStatus::kWarn : FindingStatus::kFail;
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string finding_to_json(const Finding& finding) {
  const Json json = {{"name", finding.name},     {"status", status_name(finding.status)},
                     {"found", finding.found},   {"cause", finding.cause},
                     {"remedy", finding.remedy}, {"seconds", finding.seconds}};
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::optional<Finding> finding_from_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  Finding finding;
  finding.status = status_of(text_at(json, "status"));
  finding.name = text_at(json, "name");
  finding.found = text_at(json, "found");
  finding.cause = text_at(json, "cause");
  finding.remedy = text_at(json, "remedy");
  const auto seconds = json.find("seconds");
  if (seconds != json.end() && seconds->is_number()) finding.seconds = seconds->get<double>();
  return finding;
}

}  // namespace easel

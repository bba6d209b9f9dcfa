#include "services/cli/generate_report.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/strings.h"

namespace easel {

namespace {

nlohmann::ordered_json usage_json(const MemoryUsage& usage) {
  nlohmann::ordered_json parts;
  visit_parts(usage, [&](const char* name, int64_t bytes) { parts[name] = bytes; });
  return parts;
}

nlohmann::ordered_json memory_json(const JobMemory& memory) {
  nlohmann::ordered_json json = {{"before", usage_json(memory.before)},
                                 {"peak", usage_json(memory.peak)},
                                 {"after", usage_json(memory.after)}};
  if (memory.budget_bytes) json["budget"] = *memory.budget_bytes;
  if (memory.planned_peak_bytes) json["planned_peak"] = *memory.planned_peak_bytes;
  return json;
}

}  // namespace

std::string generate_json(const GenerateResult& result,
                          const std::vector<std::filesystem::path>& paths) {
  nlohmann::ordered_json json;
  json["images"] = nlohmann::ordered_json::array();
  for (const std::filesystem::path& path : paths) json["images"].push_back(path.string());
  json["seed"] = result.seed;
  json["width"] = result.width;
  json["height"] = result.height;
  json["steps"] = result.steps;
  json["family"] = result.family;
  json["variant"] = result.variant;
  json["dtype"] = result.dtype;
  json["device"] = result.device;
  json["seconds"] = nlohmann::ordered_json::object();
  for (const StageSeconds& row : result.seconds) json["seconds"][row.stage] = row.seconds;
  json["peak_memory_bytes"] = result.memory.peak.total;
  json["memory"] = memory_json(result.memory);
  json["warnings"] = result.warnings;
  return json.dump(-1, ' ', /*ensure_ascii=*/false,
                   nlohmann::ordered_json::error_handler_t::replace);
}

std::string generate_summary(const GenerateResult& result) {
  std::vector<std::string> stages;
  for (const StageSeconds& row : result.seconds) {
    stages.push_back(absl::StrFormat("%s %.2f s", row.stage, row.seconds));
  }
  return concat("seed ", result.seed, ", ", result.width, " x ", result.height, ", ", result.steps,
                result.steps == 1 ? " step, " : " steps, ", result.dtype, " on ", result.device,
                "; ", join(stages, ", "), "; peak memory ",
                format_byte_size(result.memory.peak.total));
}

}  // namespace easel

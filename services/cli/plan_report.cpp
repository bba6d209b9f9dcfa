#include "services/cli/plan_report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/strings.h"
#include "services/cli/table.h"

namespace easel {
namespace {

using Json = nlohmann::ordered_json;

std::string placement_words(const std::string& placement) {
  if (placement == "resident") return "stays";
  if (placement == "whole") return "while in use";
  if (placement == "stream_host") return "streams from host memory";
  return "streams from disk";
}

// A model that is only found as one block has none to count.
std::string blocks_words(const PlannedComponent& component) {
  if (component.blocks == 0) return "-";
  return concat(component.resident_blocks, "/", component.blocks);
}

std::string seconds_words(double seconds) {
  if (seconds >= 600) return absl::StrFormat("%.0f min", seconds / 60);
  return seconds >= 10 ? absl::StrFormat("%.0f s", seconds) : absl::StrFormat("%.2f s", seconds);
}

std::string request_words(const MemoryPlan& plan) {
  std::string text = plan.width > 0 ? concat(plan.width, " x ", plan.height, ", ") : "";
  text += concat(plan.steps, plan.steps == 1 ? " step, " : " steps, ", plan.num_images,
                 plan.num_images == 1 ? " picture" : " pictures");
  return text;
}

std::string component_table(const MemoryPlan& plan) {
  std::vector<std::vector<std::string>> rows = {
      {"component", "weights", "blocks in place", "holds", "of", "format"}};
  for (const PlannedComponent& component : plan.components) {
    rows.push_back({component.name, placement_words(component.placement), blocks_words(component),
                    format_byte_size(component.bytes), format_byte_size(component.total_bytes),
                    component.format});
  }
  return format_table(rows);
}

// A line each.
std::string sentences(const std::string& text) {
  std::string lines = text + "\n";
  for (size_t end = lines.find(". "); end != std::string::npos; end = lines.find(". ", end))
    lines.replace(end, 2, ".\n");
  return lines;
}

std::string list(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  return concat("\n", title, "\n  ", join(lines, "\n  "), "\n");
}

}  // namespace

std::string plan_text(const MemoryPlan& plan) {
  std::string text = concat(plan.title, " on ", plan.device, ": ", request_words(plan), "; budget ",
                            format_byte_size(plan.budget_bytes), " (", plan.budget_source, ")\n\n");
  if (plan.fits) {
    text += component_table(plan);
    text += concat("\nIt fits: ", format_byte_size(plan.peak_bytes), " at the peak");
    if (plan.seconds_per_step > 0)
      text += concat(", about ", seconds_words(plan.seconds_per_step), " a step");
    if (plan.seconds_per_request > 0)
      text += concat(" and ", seconds_words(plan.seconds_per_request), " a request");
    text += ".\n";
  }
  text += sentences(plan.reason);
  text += list("What would help:", plan.helps);
  return text + list("This rests on:", plan.assumed);
}

std::string plan_json(const MemoryPlan& plan) {
  Json json = {{"fits", plan.fits},
               {"peak_bytes", plan.peak_bytes},
               {"seconds_per_step", plan.seconds_per_step},
               {"smallest_budget_bytes", plan.smallest_budget_bytes},
               {"components", Json::array()},
               {"reason", plan.reason}};
  for (const PlannedComponent& component : plan.components) {
    json["components"].push_back({{"name", component.name},
                                  {"placement", component.placement},
                                  {"format", component.format},
                                  {"resident_blocks", component.resident_blocks},
                                  {"blocks", component.blocks},
                                  {"bytes", component.bytes}});
  }
  // Names of files need not be UTF-8.
  return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace easel

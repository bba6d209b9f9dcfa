#include "services/cli/inspect_report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/byte_size.h"
#include "base/quote.h"
#include "base/strings.h"
#include "services/cli/table.h"

namespace easel {
namespace {

using Json = nlohmann::ordered_json;

// Keys and metadata are the file's: they need not be UTF-8.
std::string dump(const Json& json) {
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

// A name from the file as it is, but for one that would disturb the terminal.
std::string shown(const std::string& name) {
  const std::string quoted = quote(name);
  return quoted.size() == name.size() + 2 ? name : quoted;
}

std::string model_title(const ModelReport& report) {
  if (report.family.empty()) return "unknown family";
  return report.variant.empty() ? report.family : concat(report.family, " ", report.variant);
}

}  // namespace

std::string model_report_text(const std::filesystem::path& path, const ModelReport& report) {
  std::string text = concat(path.string(), ": ", model_title(report), "\n\n");
  std::vector<std::vector<std::string>> rows = {
      {"component", "class", "dtype", "parameters", "size", "state"}};
  std::string problems;
  for (const ComponentReport& part : report.components) {
    const bool weights = part.num_parameters > 0;
    rows.push_back({shown(part.name), shown(part.class_name), part.dtype,
                    weights ? format_count(part.num_parameters) : "",
                    weights ? format_byte_size(part.bytes) : "",
                    part.problem.empty() ? "ok" : "PROBLEM"});
    if (!part.problem.empty()) problems += concat("\n", part.name, ": ", part.problem, "\n");
  }
  if (!report.problem.empty()) problems += concat("\n", report.problem, "\n");
  text += format_table(rows) + problems;
  return text +
         (report.complete() ? "\nThe model is complete.\n" : "\nThe model cannot be used.\n");
}

std::string model_report_json(const std::filesystem::path& path, const ModelReport& report) {
  Json json = {{"path", path.string()},     {"family", report.family},
               {"variant", report.variant}, {"complete", report.complete()},
               {"problem", report.problem}, {"components", Json::array()}};
  for (const ComponentReport& part : report.components) {
    json["components"].push_back({{"name", part.name},
                                  {"class", part.class_name},
                                  {"dtype", part.dtype},
                                  {"parameters", part.num_parameters},
                                  {"bytes", part.bytes},
                                  {"problem", part.problem}});
  }
  return dump(json);
}

std::string weights_report_text(const std::filesystem::path& path, const WeightsReport& report) {
  std::string text = concat(path.string(), ": ", report.num_tensors, " tensors, ",
                            format_count(report.num_parameters), " parameters, ",
                            format_byte_size(report.bytes), "\n");
  std::vector<std::vector<std::string>> rows;
  for (const auto& [dtype, parameters] : report.dtypes) {
    rows.push_back({"", dtype, format_count(parameters) + " parameters"});
  }
  for (const auto& [prefix, tensors] : report.prefixes) {
    rows.push_back({"", shown(prefix), concat(tensors, " tensors")});
  }
  text += format_table(rows);
  if (!report.metadata.empty()) text += "metadata:\n";
  for (const auto& [key, value] : report.metadata) {
    text += concat("  ", quote(key), ": ", quote(value, /*max_bytes=*/200), "\n");
  }
  return text;
}

std::string weights_report_json(const std::filesystem::path& path, const WeightsReport& report) {
  return dump({{"path", path.string()},
               {"tensors", report.num_tensors},
               {"parameters", report.num_parameters},
               {"bytes", report.bytes},
               {"dtypes", report.dtypes},
               {"prefixes", report.prefixes},
               {"metadata", report.metadata}});
}

}  // namespace easel

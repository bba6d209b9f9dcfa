#include "services/cli/doctor/explain.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/quote.h"
#include "services/cli/doctor/wrap.h"
#include "services/cli/table.h"

namespace easel {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kIndent = 8;

std::string grpc_code(Reason reason) {
  return absl::StatusCodeToString(make_error(reason, "").code());
}

// "easel: exit code 4; gRPC: RESOURCE_EXHAUSTED; REST: 503 out_of_memory"
std::string appearance(const ReasonEntry& entry) {
  std::string text;
  if (entry.reason) {
    text = concat("easel: exit code ", exit_code(make_error(*entry.reason, "")),
                  "; gRPC: ", grpc_code(*entry.reason), "; ");
  }
  return concat(text, "REST: ", entry.http_status, " ", entry.http_code);
}

Json to_json(const ReasonEntry& entry) {
  Json appears = {{"exit_code", nullptr}, {"grpc", nullptr}};
  if (entry.reason) {
    appears["exit_code"] = exit_code(make_error(*entry.reason, ""));
    appears["grpc"] = grpc_code(*entry.reason);
  }
  appears["http_status"] = entry.http_status;
  appears["http_code"] = entry.http_code;
  return {{"reason", entry.name},
          {"summary", entry.summary},
          {"cause", entry.cause},
          {"appears", std::move(appears)},
          {"remedies", entry.remedies}};
}

}  // namespace

std::string explanation_text(const ReasonEntry& entry) {
  std::string text = concat(entry.name, ": ", entry.summary, "\n");
  text += wrap("  cause ", entry.cause, kIndent);
  text += wrap("  seen  ", appearance(entry), kIndent);
  bool first = true;
  for (const std::string_view remedy : entry.remedies) {
    text += wrap(first ? "  do    - " : "        - ", remedy, kIndent + 2);
    first = false;
  }
  return text;
}

std::string explanation_json(const ReasonEntry& entry) { return to_json(entry).dump(2) + "\n"; }

std::string all_reasons_text() {
  std::vector<std::vector<std::string>> rows = {{"reason", "exit", "REST", "meaning"}};
  for (const ReasonEntry& entry : reason_catalog()) {
    const std::string exit =
        entry.reason ? std::to_string(exit_code(make_error(*entry.reason, ""))) : "";
    rows.push_back({std::string(entry.name), exit, std::to_string(entry.http_status),
                    std::string(entry.summary)});
  }
  return format_table(rows) + "\n`easel doctor --explain REASON` says more of one.\n";
}

std::string all_reasons_json() {
  Json reasons = Json::array();
  for (const ReasonEntry& entry : reason_catalog()) reasons.push_back(to_json(entry));
  return Json{{"reasons", std::move(reasons)}}.dump(2) + "\n";
}

int run_explain(const std::string& reason, bool json, const Console& console) {
  if (const ReasonEntry* entry = find_reason(reason)) {
    console.out << (json ? explanation_json(*entry) : explanation_text(*entry));
    return conclude(console, absl::OkStatus(), json);
  }
  const absl::Status unknown =
      reason.empty() ? absl::OkStatus()
                     : invalid_field("there is no reason ", quote(reason),
                                     "; those that there are stand on the standard output");
  console.out << (json ? all_reasons_json() : all_reasons_text());
  return conclude(console, unknown, /*json=*/false);
}

}  // namespace easel

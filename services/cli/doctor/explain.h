// easel doctor --explain: what a reason means and what to do about it.
#pragma once

#include <string>

#include "services/cli/console.h"
#include "services/cli/doctor/reason_catalog.h"

namespace easel {

std::string explanation_text(const ReasonEntry& entry);
// {"reason", "summary", "cause", "appears": {"exit_code", "grpc", "http_status", "http_code"},
// "remedies": […]}; what it never appears as is null.
std::string explanation_json(const ReasonEntry& entry);

// Every reason, a line each; as JSON {"reasons": [explanation, …]}.
std::string all_reasons_text();
std::string all_reasons_json();

// Prints the explanation of `reason`, or all reasons for an empty or unknown one. Returns the exit
// code.
int run_explain(const std::string& reason, bool json, const Console& console);

}  // namespace easel

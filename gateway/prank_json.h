// Pranks as the REST API shows them: to visitors, to their makers, to admins.
#pragma once

#include <nlohmann/json.hpp>

#include <vector>

#include "absl/types/span.h"
#include "storage/prank_record.h"
#include "storage/prank_visits.h"

namespace easel {

// For everybody: neither the builder_slug nor anything of the triggers.
nlohmann::json visitor_prank_json(const PrankRecord& prank);
// For who holds the builder_slug, and for admins.
nlohmann::json maker_prank_json(const PrankRecord& prank);
nlohmann::json trigger_json(const TriggerRecord& trigger);
nlohmann::json triggers_json(absl::Span<const TriggerRecord> triggers);

struct PrankAnalytics {
  PrankRecord prank;
  std::vector<TriggerRecord> triggers;
  std::vector<VisitDay> days;
  std::vector<VisitorPrompt> prompts;
};
nlohmann::json analytics_json(const PrankAnalytics& analytics);

}  // namespace easel

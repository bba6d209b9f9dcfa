#include "gateway/prank_json.h"

#include <map>

#include "base/strings.h"
#include "base/utc_time.h"
#include "gateway/json_text.h"

namespace easel {
namespace {

using nlohmann::json;

std::string prank_file_url(const std::string& file) { return concat("/static/pranks/", file); }

// "2026-01-31"
std::string day_text(int64_t day) {
  constexpr int64_t kMsPerDay = 86'400'000;
  constexpr size_t kDateLength = 10;
  return utc_text(day * kMsPerDay).substr(0, kDateLength);
}

json days_json(const std::vector<VisitDay>& days) {
  json list = json::array();
  for (const VisitDay& day : days) {
    list.push_back({{"day", day_text(day.day)},
                    {"views", day.views},
                    {"prompts", day.prompts},
                    {"hits", day.hits}});
  }
  return list;
}

json prompts_json(const std::vector<VisitorPrompt>& prompts) {
  json list = json::array();
  for (const VisitorPrompt& prompt : prompts) {
    list.push_back({{"prompt", prompt.prompt},
                    {"trigger_id", or_null(prompt.trigger_id)},
                    {"generation_id", prompt.generation_id},
                    {"created_at", utc_text(prompt.created_at_ms)}});
  }
  return list;
}

}  // namespace

json visitor_prank_json(const PrankRecord& prank) {
  return {{"share_slug", prank.share_slug},
          {"title", prank.title},
          {"is_vip", prank.is_vip},
          {"view_count", prank.view_count},
          {"created_at", utc_text(prank.created_at_ms)}};
}

json maker_prank_json(const PrankRecord& prank) {
  return {{"id", prank.id},
          {"share_slug", prank.share_slug},
          {"builder_slug", prank.builder_slug},
          {"title", prank.title},
          {"session_id", or_null(prank.session_id)},
          {"is_vip", prank.is_vip},
          {"is_admin_only", prank.is_admin_only},
          {"view_count", prank.view_count},
          {"created_at", utc_text(prank.created_at_ms)},
          {"updated_at", utc_text(prank.updated_at_ms)}};
}

json trigger_json(const TriggerRecord& trigger) {
  return {{"id", trigger.id},
          {"phrase", trigger.phrase},
          {"match", match_kind_name(trigger.match)},
          {"priority", trigger.priority},
          {"image_url", prank_file_url(trigger.files.picture_file)},
          {"thumbnail_url", prank_file_url(trigger.files.thumbnail_file)},
          {"generation_id", or_null(trigger.generation_id)},
          {"hit_count", trigger.hit_count},
          {"created_at", utc_text(trigger.created_at_ms)},
          {"updated_at", utc_text(trigger.updated_at_ms)}};
}

json triggers_json(absl::Span<const TriggerRecord> triggers) {
  json list = json::array();
  for (const TriggerRecord& trigger : triggers) list.push_back(trigger_json(trigger));
  return list;
}

json analytics_json(const PrankAnalytics& analytics) {
  const PrankRecord& prank = analytics.prank;
  json hits = json::array();
  for (const TriggerRecord& trigger : analytics.triggers) {
    hits.push_back({{"trigger_id", trigger.id},
                    {"phrase", trigger.phrase},
                    {"match", match_kind_name(trigger.match)},
                    {"hit_count", trigger.hit_count}});
  }
  return {{"id", prank.id},
          {"share_slug", prank.share_slug},
          {"title", prank.title},
          {"is_vip", prank.is_vip},
          {"view_count", prank.view_count},
          {"days", days_json(analytics.days)},
          {"prompts", prompts_json(analytics.prompts)},
          {"trigger_hits", std::move(hits)}};
}

}  // namespace easel

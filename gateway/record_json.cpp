#include "gateway/record_json.h"

#include <optional>

#include "base/strings.h"
#include "base/utc_time.h"
#include "gateway/json_text.h"

namespace easel {
namespace {

using nlohmann::json;

void add_pictures(const GenerationRecord& record, json& item) {
  json pictures = json::array(), thumbnails = json::array();
  for (const GenerationFile& file : record.files) {
    pictures.push_back(picture_url(file.picture_file));
    thumbnails.push_back(thumbnail_url(file.thumbnail_file));
  }
  item["image_url"] = pictures.empty() ? json(nullptr) : pictures.front();
  item["thumbnail_url"] = thumbnails.empty() ? json(nullptr) : thumbnails.front();
  item["image_urls"] = std::move(pictures);
  item["thumbnail_urls"] = std::move(thumbnails);
}

json error_of(const GenerationRecord& record) {
  if (record.error_code.empty()) return nullptr;
  return {{"error", record.error_code}, {"message", record.error_message}};
}

}  // namespace

std::string picture_url(std::string_view file) { return concat("/static/generations/", file); }
std::string thumbnail_url(std::string_view file) { return concat("/static/thumbnails/", file); }

json record_json(const GenerationRecord& record) {
  const GenerationAsked& asked = record.asked;
  const GenerationUsed& used = record.used;
  json seconds = json::array();
  for (const StageTime& time : used.seconds) {
    seconds.push_back({{"stage", time.stage}, {"seconds", time.seconds}});
  }
  json item = {
      {"generation_id", asked.id},
      {"status", generation_status_name(record.status)},
      {"prompt", asked.prompt},
      {"negative_prompt", or_null(asked.negative_prompt)},
      {"model_used", used.model.empty() ? asked.model : used.model},
      {"fingerprint", used.fingerprint},
      {"seed", or_null(used.seed)},
      {"width", or_null(used.width)},
      {"height", or_null(used.height)},
      {"requested_width", or_null(asked.requested_width ? asked.requested_width : used.width)},
      {"requested_height", or_null(asked.requested_height ? asked.requested_height : used.height)},
      {"num_images", asked.num_images},
      {"steps", or_null(used.steps)},
      {"guidance", or_null(used.guidance)},
      {"sampler", used.sampler},
      {"seconds", std::move(seconds)},
      {"warnings", used.warnings},
      {"created_at", utc_text(asked.created_at_ms)},
      {"duration_seconds", nullptr},
      {"error", error_of(record)}};
  if (record.end) item["duration_seconds"] = static_cast<double>(record.end->duration_ms) / 1000;
  add_pictures(record, item);
  return item;
}

}  // namespace easel

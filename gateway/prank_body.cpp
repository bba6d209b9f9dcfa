#include "gateway/prank_body.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "gateway/api_error.h"
#include "gateway/json_body.h"
#include "gateway/picture_body.h"
#include "gateway/picture_fields.h"
#include "storage/fold_phrase.h"
#include "storage/picture_kind.h"

namespace easel {
namespace {

// Text that a person reads: some of it can be seen, and there are at most `max_code_points`.
std::optional<std::string> read_text(JsonFields& fields, std::string_view name,
                                     size_t max_code_points) {
  std::optional<std::string> text = fields.text(name);
  if (!text) return text;
  if (count_code_points(*text) > max_code_points || fold_phrase(*text).empty()) {
    fields.fail(name, concat("must have 1 to ", max_code_points, " characters"));
  }
  return text;
}

std::optional<std::string> read_slug(JsonFields& fields) {
  std::optional<std::string> slug = fields.text("share_slug");
  if (!slug) return slug;
  if (!is_share_slug(*slug)) {
    fields.fail("share_slug", "must be 3-64 of a-z 0-9 -, with no - at its ends");
  } else if (is_reserved_slug(*slug)) {
    fields.fail("share_slug", "is a word of the service's own");
  }
  return slug;
}

std::optional<MatchKind> read_match(JsonFields& fields) {
  const std::optional<std::string> name = fields.text("match");
  if (!name) return std::nullopt;
  const std::optional<MatchKind> match = match_kind_of(*name);
  if (!match) fields.fail("match", "must be 'exact', 'word' or 'contains'");
  return match;
}

}  // namespace

absl::StatusOr<PrankOrder> parse_new_prank(std::string_view body) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(body));
  JsonFields fields(object);
  PrankOrder order;
  order.title = read_text(fields, "title", kMaxTitleCodePoints);
  order.share_slug = read_slug(fields);
  order.session_id = read_text(fields, "session_id", kMaxSessionIdCodePoints);
  EASEL_RETURN_IF_ERROR(fields.finish());
  return order;
}

absl::StatusOr<PrankChange> parse_prank_change(std::string_view body) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(body));
  JsonFields fields(object);
  PrankChange change;
  change.title = read_text(fields, "title", kMaxTitleCodePoints);
  change.share_slug = read_slug(fields);
  EASEL_RETURN_IF_ERROR(fields.finish());
  return change;
}

absl::StatusOr<std::optional<std::string>> parse_vip_prank(std::string_view body) {
  if (body.empty()) return std::optional<std::string>();
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(body));
  JsonFields fields(object);
  std::optional<std::string> session_id = read_text(fields, "session_id", kMaxSessionIdCodePoints);
  EASEL_RETURN_IF_ERROR(fields.finish());
  return session_id;
}

absl::StatusOr<TriggerOrder> parse_trigger(std::string_view body, bool is_new,
                                           const UploadLimits& limits) {
  EASEL_ASSIGN_OR_RETURN(const SplitBody split, split_body(body));
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(split.text));
  JsonFields fields(object);
  TriggerOrder order;
  order.phrase = read_text(fields, "phrase", kMaxPhraseCodePoints);
  if (is_new && !order.phrase) fields.fail("phrase", "must be given: what visitors write");
  order.match = read_match(fields);
  order.priority = fields.whole_number("priority", -kMaxTriggerPriority, kMaxTriggerPriority);
  order.generation_id = fields.text("generation_id").value_or("");
  if (!order.generation_id.empty() && !is_generation_id(order.generation_id)) {
    fields.fail("generation_id", "must be 1-128 of A-Z a-z 0-9 - _ . :");
  }
  check_no_picture_left(fields, "image");
  EASEL_RETURN_IF_ERROR(fields.finish());
  EASEL_ASSIGN_OR_RETURN(order.image, read_picture(split, "image", limits));
  const bool both = !order.image.empty() && !order.generation_id.empty();
  const bool none = order.image.empty() && order.generation_id.empty();
  if (both || (none && is_new)) {
    return api_error(ErrorCode::kInvalidField,
                     "either 'image' or 'generation_id' must say which picture answers");
  }
  return order;
}

bool names_picture(std::string_view body) {
  // Without pictures no body is taken that is as large.
  if (body.size() > PictureFields::kMaxPlainBytes) return true;
  const absl::StatusOr<SplitBody> split = split_body(body);
  if (!split.ok()) return false;
  const auto has_text = [](const auto& picture) { return !picture.second.empty(); };
  if (std::any_of(split->pictures.begin(), split->pictures.end(), has_text)) return true;
  const absl::StatusOr<nlohmann::json> object = parse_json_object(split->text);
  return object.ok() && object->contains("generation_id");
}

absl::StatusOr<std::vector<int64_t>> parse_trigger_order(std::string_view body) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(body));
  JsonFields fields(object);
  std::vector<int64_t> ids = fields.whole_numbers("ids", static_cast<size_t>(kMaxTriggersPerPrank));
  EASEL_RETURN_IF_ERROR(fields.finish());
  return ids;
}

}  // namespace easel

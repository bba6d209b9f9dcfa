// A body of the pranks' routes that a reader accepts is JSON, means what a JSON parser says it
// means, and holds nothing outside of the documented bounds; one that is refused is refused in
// words. No trigger gets a picture whose body was not seen to name one.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_guard.h"
#include "base/utf8.h"
#include "engine/image/decode.h"
#include "gateway/api_error.h"
#include "gateway/prank_body.h"
#include "storage/fold_phrase.h"
#include "storage/picture_kind.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;
using nlohmann::json;

constexpr size_t kLongestMessage = 2000;

template <typename Read>
bool is_accepted(const absl::StatusOr<Read>& read) {
  if (read.ok()) return true;
  const easel::ApiError error = easel::public_error(read.status());
  require(!error.message.empty() && error.message.size() < kLongestMessage);
  require(error.code == easel::ErrorCode::kInvalidJson ||
          error.code == easel::ErrorCode::kInvalidField ||
          error.code == easel::ErrorCode::kTooLarge);
  return false;
}

// What was read of the field is what stands there; null counts as absent.
void check_text(const json& body, const char* name, const std::optional<std::string>& text,
                size_t max_code_points) {
  const json given = body.value(name, json());
  require(text ? given == *text : given.is_null());
  if (!text) return;
  require(!easel::find_invalid_utf8(*text) && text->find('\0') == std::string::npos);
  require(easel::count_code_points(*text) <= max_code_points);
  require(!easel::fold_phrase(*text).empty());
}

void check_slug(const json& body, const std::optional<std::string>& slug) {
  require(slug ? body.value("share_slug", "") == *slug
               : body.value("share_slug", json()).is_null());
  require(!slug || (easel::is_share_slug(*slug) && !easel::is_reserved_slug(*slug)));
}

void check_pranks(std::string_view text, const json& body) {
  if (const auto order = easel::parse_new_prank(text); is_accepted(order)) {
    check_text(body, "title", order->title, easel::kMaxTitleCodePoints);
    check_slug(body, order->share_slug);
    check_text(body, "session_id", order->session_id, easel::kMaxSessionIdCodePoints);
  }
  if (const auto change = easel::parse_prank_change(text); is_accepted(change)) {
    check_text(body, "title", change->title, easel::kMaxTitleCodePoints);
    check_slug(body, change->share_slug);
  }
  if (const auto session_id = easel::parse_vip_prank(text); is_accepted(session_id)) {
    if (text.empty()) return require(!*session_id);
    check_text(body, "session_id", *session_id, easel::kMaxSessionIdCodePoints);
  }
}

void check_trigger(std::string_view text, const json& body, bool is_new) {
  const auto order = easel::parse_trigger(text, is_new, {});
  if (!is_accepted(order)) return;
  require(body.is_object());
  check_text(body, "phrase", order->phrase, easel::kMaxPhraseCodePoints);
  const json priority = body.value("priority", json());
  require(order->priority ? priority == *order->priority : priority.is_null());
  require(std::abs(order->priority.value_or(0)) <= easel::kMaxTriggerPriority);
  require(order->match.has_value() == body.value("match", json()).is_string());
  const bool uploaded = !order->image.empty(), copied = !order->generation_id.empty();
  require(!(uploaded && copied) && (!is_new || (order->phrase && (uploaded || copied))));
  require(!uploaded || easel::detect_image_format(order->image).ok());
  require(!copied || (easel::is_generation_id(order->generation_id) &&
                      body.value("generation_id", "") == order->generation_id));
  require(!(uploaded || copied) || easel::names_picture(text));
}

void check_order(std::string_view text, const json& body) {
  const auto ids = easel::parse_trigger_order(text);
  if (!is_accepted(ids)) return;
  require(ids->size() <= static_cast<size_t>(easel::kMaxTriggersPerPrank));
  const json given = body.value("ids", json());
  require(given.is_null() ? ids->empty() : given == json(*ids));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // What nests deeper no reader takes, and the library's own parser would not come back from.
  const bool is_flat = easel::check_json_shape(text, size).ok();
  const json body =
      is_flat ? json::parse(text, nullptr, /*allow_exceptions=*/false) : json::object();
  const json object = body.is_object() ? body : json::object();
  check_pranks(text, object);
  check_trigger(text, object, /*is_new=*/true);
  check_trigger(text, object, /*is_new=*/false);
  check_order(text, object);
  easel::names_picture(text);
  return 0;
}

// The bodies of the pranks' routes, checked. Thread-safe: no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/uploaded_picture.h"
#include "storage/prank_store.h"
#include "storage/trigger_store.h"

namespace easel {

// A trigger's body: 25 MiB of picture as base64, and the rest.
inline constexpr size_t kMaxTriggerBody = 35 << 20;
inline constexpr size_t kMaxPrankBody = 16 << 10;

// What stands in the body; absent fields (and null ones) are none. All errors: invalid_json,
// invalid_field, too_large.
struct PrankOrder {
  std::optional<std::string> title, share_slug, session_id;
};
absl::StatusOr<PrankOrder> parse_new_prank(std::string_view body);
absl::StatusOr<PrankChange> parse_prank_change(std::string_view body);
// The session_id, if any; "" is an empty object.
absl::StatusOr<std::optional<std::string>> parse_vip_prank(std::string_view body);

struct TriggerOrder {
  std::optional<std::string> phrase;
  std::optional<MatchKind> match;
  std::optional<int64_t> priority;
  // One of them at most: an encoded file, or the generation whose first picture it is.
  std::string image, generation_id;
};
// With `is_new`, phrase and picture must be there.
absl::StatusOr<TriggerOrder> parse_trigger(std::string_view body, bool is_new,
                                           const UploadLimits& limits);

// Whether parse_trigger() may find a picture in the body: looks at the body's text alone.
bool names_picture(std::string_view body);

absl::StatusOr<std::vector<int64_t>> parse_trigger_order(std::string_view body);

}  // namespace easel

// Pranks and their triggers as rows of the database. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/trigger_match.h"

namespace easel {

// What a prank may hold. A larger number costs look-ups time and disks room.
inline constexpr size_t kMaxTitleCodePoints = 120;
inline constexpr size_t kMaxPhraseCodePoints = 200;
inline constexpr size_t kMaxSessionIdCodePoints = 128;
inline constexpr int64_t kMaxTriggersPerPrank = 200;
inline constexpr int64_t kMaxTriggerPriority = 1'000'000;  // and as much below zero

struct PrankRecord {
  int64_t id = 0;
  std::string share_slug;
  std::string builder_slug;  // a secret: for its maker and for admins
  std::string title;
  std::optional<std::string> session_id;  // the maker's
  bool is_vip = false;
  bool is_admin_only = false;
  int64_t view_count = 0;
  int64_t created_at_ms = 0, updated_at_ms = 0;  // since 1970, UTC
};

// Files of the kinds kPrankPicture and kPrankThumbnail.
struct TriggerFiles {
  std::string picture_file;
  std::string thumbnail_file;
};

struct TriggerRecord {
  int64_t id = 0;
  std::string phrase;  // as it was written
  MatchKind match = MatchKind::kContains;
  int64_t priority = 0;
  TriggerFiles files;
  // Of the generation that the picture was copied from, as long as there is one.
  std::optional<std::string> generation_id;
  int64_t hit_count = 0;
  int64_t created_at_ms = 0, updated_at_ms = 0;  // since 1970, UTC
};

}  // namespace easel

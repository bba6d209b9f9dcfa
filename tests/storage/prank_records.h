// Pranks and triggers as tests write them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/strings.h"
#include "storage/storage.h"

namespace easel {

inline constexpr int64_t kSomeTimeMs = 1'790'000'000'000;

inline PrankRecord sample_prank(std::string share_slug) {
  PrankRecord prank;
  prank.builder_slug = concat("secret-of-", share_slug, "-0123456789abcdef0123456789abcdef");
  prank.share_slug = std::move(share_slug);
  prank.title = "A title";
  prank.session_id = "session";
  prank.created_at_ms = prank.updated_at_ms = kSomeTimeMs;
  return prank;
}

// Its files are named for `name`, and not there.
inline NewTrigger sample_trigger(std::string phrase, std::string_view name,
                                 MatchKind match = MatchKind::kExact) {
  NewTrigger trigger;
  trigger.phrase = std::move(phrase);
  trigger.match = match;
  trigger.picture.files = {picture_file_name(PictureKind::kPrankPicture, name, 0),
                           picture_file_name(PictureKind::kPrankThumbnail, name, 0)};
  return trigger;
}

}  // namespace easel

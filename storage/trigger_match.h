// Which of a prank's triggers answers a prompt. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace easel {

// Stored as these numbers: do not renumber. In the order in which they are preferred.
enum class MatchKind {
  kExact = 0,    // the prompt is the phrase
  kWord = 1,     // it stands in the prompt with no letter, digit or mark before or after it
  kContains = 2  // it stands anywhere in the prompt
};

// "exact", "word", "contains", as the REST API spells them.
std::string_view match_kind_name(MatchKind kind);
std::optional<MatchKind> match_kind_of(std::string_view name);

struct TriggerCandidate {
  int64_t id = 0;
  MatchKind match = MatchKind::kContains;
  int64_t priority = 0;
  std::string folded_phrase;  // never empty
};

// Whether the phrase matches; both folded by fold_phrase(). Takes time in proportion to the
// lengths' sum, whatever they hold.
bool phrase_matches(MatchKind kind, std::string_view folded_phrase, std::string_view folded_prompt);

// The order in which triggers are tried: the highest priority; then the strictest kind; then the
// longest phrase (in bytes); then the lowest id.
bool is_tried_before(const TriggerCandidate& a, const TriggerCandidate& b);

// The one that answers: the first that matches. nullptr when none does.
const TriggerCandidate* match_trigger(absl::Span<const TriggerCandidate> candidates,
                                      std::string_view folded_prompt);

}  // namespace easel

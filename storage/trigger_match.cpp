#include "storage/trigger_match.h"

#include <utf8proc.h>

#include <cstring>
#include <tuple>
#include <vector>

namespace easel {
namespace {

// A code point that a word goes on with.
bool is_of_word(utf8proc_int32_t c) {
  const utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool word_ends_before(std::string_view rest) {
  if (rest.empty()) return true;
  utf8proc_int32_t c = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(rest.data());
  utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(rest.size()), &c);
  return !is_of_word(c);
}

bool word_begins_after(std::string_view before) {
  if (before.empty()) return true;
  size_t start = before.size() - 1;
  while (start > 0 && (static_cast<unsigned char>(before[start]) & 0xC0) == 0x80) --start;
  return word_ends_before(before.substr(start));
}

bool stands_anywhere(std::string_view prompt, std::string_view phrase) {
  // Not std's find, which takes the product of both lengths. UTF-8 keeps matches at whole code
  // points.
  return ::memmem(prompt.data(), prompt.size(), phrase.data(), phrase.size()) != nullptr;
}

// For each prefix of the phrase, the length of its longest border (Knuth, Morris and Pratt).
std::vector<size_t> borders_of(std::string_view phrase) {
  std::vector<size_t> borders(phrase.size(), 0);
  for (size_t i = 1, length = 0; i < phrase.size(); ++i) {
    while (length > 0 && phrase[i] != phrase[length]) length = borders[length - 1];
    if (phrase[i] == phrase[length]) ++length;
    borders[i] = length;
  }
  return borders;
}

// Looks at every place, those that overlap too: in "x1-1-1" the word "1-1" stands at the end alone.
bool stands_as_word(std::string_view prompt, std::string_view phrase) {
  if (!stands_anywhere(prompt, phrase)) return false;
  const std::vector<size_t> borders = borders_of(phrase);
  size_t length = 0;  // of the phrase's part that ends at `i`
  for (size_t i = 0; i < prompt.size(); ++i) {
    while (length > 0 && (length == phrase.size() || prompt[i] != phrase[length])) {
      length = borders[length - 1];
    }
    if (prompt[i] == phrase[length]) ++length;
    if (length < phrase.size()) continue;
    const size_t end = i + 1;
    if (word_begins_after(prompt.substr(0, end - phrase.size())) &&
        word_ends_before(prompt.substr(end))) {
      return true;
    }
  }
  return false;
}

// Smaller is preferred.
auto rank(const TriggerCandidate& candidate) {
  return std::make_tuple(-candidate.priority, candidate.match,
                         -static_cast<int64_t>(candidate.folded_phrase.size()), candidate.id);
}

}  // namespace

std::string_view match_kind_name(MatchKind kind) {
  switch (kind) {
    case MatchKind::kExact:
      return "exact";
    case MatchKind::kWord:
      return "word";
    case MatchKind::kContains:
      return "contains";
  }
  return "";
}

std::optional<MatchKind> match_kind_of(std::string_view name) {
  for (const MatchKind kind : {MatchKind::kExact, MatchKind::kWord, MatchKind::kContains}) {
    if (match_kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

bool phrase_matches(MatchKind kind, std::string_view folded_phrase,
                    std::string_view folded_prompt) {
  switch (kind) {
    case MatchKind::kExact:
      return folded_prompt == folded_phrase;
    case MatchKind::kWord:
      return stands_as_word(folded_prompt, folded_phrase);
    case MatchKind::kContains:
      return stands_anywhere(folded_prompt, folded_phrase);
  }
  return false;
}

bool is_tried_before(const TriggerCandidate& a, const TriggerCandidate& b) {
  return rank(a) < rank(b);
}

const TriggerCandidate* match_trigger(absl::Span<const TriggerCandidate> candidates,
                                      std::string_view folded_prompt) {
  const TriggerCandidate* best = nullptr;
  for (const TriggerCandidate& candidate : candidates) {
    if (best != nullptr && is_tried_before(*best, candidate)) continue;
    if (phrase_matches(candidate.match, candidate.folded_phrase, folded_prompt)) best = &candidate;
  }
  return best;
}

}  // namespace easel

#include "engine/tokenizers/added_tokens.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xC0u) == 0x80u; }

// Where the code point before `position` begins; `position` > 0.
size_t previous(std::string_view text, size_t position) {
  do --position;
  while (position > 0 && is_continuation(text[position]));
  return position;
}

char32_t code_point_at(std::string_view text, size_t position) {
  return unicode::next_code_point(text, position);
}

bool stands_alone(std::string_view text, size_t start, size_t stop) {
  if (start > 0 && unicode::is_word(code_point_at(text, previous(text, start)))) return false;
  return stop == text.size() || !unicode::is_word(code_point_at(text, stop));
}

// Start of the white space that ends at `position`, not before `limit`.
size_t space_before(std::string_view text, size_t position, size_t limit) {
  while (position > limit) {
    const size_t start = previous(text, position);
    if (!unicode::is_whitespace(code_point_at(text, start))) break;
    position = start;
  }
  return position;
}

size_t space_after(std::string_view text, size_t position) {
  while (position < text.size()) {
    size_t next = position;
    if (!unicode::is_whitespace(unicode::next_code_point(text, next))) break;
    position = next;
  }
  return position;
}

using Patterns = std::vector<std::pair<std::string, int32_t>>;

absl::Status check_patterns(const Patterns& patterns) {
  std::set<std::string_view> seen;
  for (const auto& [pattern, index] : patterns) {
    if (pattern.empty()) return bad_weights("added token ", index, " is empty after normalisation");
    if (!seen.insert(pattern).second) {
      return bad_weights("two added tokens are looked for as the same string ", quote(pattern));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AddedTokens> AddedTokens::create(const std::vector<AddedToken>& tokens,
                                                int64_t model_size, const Lookup& model_id,
                                                const Normalizer& normalize) {
  std::unordered_map<std::string, size_t> place;
  std::vector<Entry> entries;
  int64_t next_id = model_size;
  for (const AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    const auto [found, is_new] = place.try_emplace(token.content, entries.size());
    if (!is_new) {
      entries[found->second].token = token;
      continue;
    }
    const auto known = model_id(token.content);
    entries.push_back({token, known ? *known : next_id++});
  }
  Patterns raw, normalized;
  for (size_t i = 0; i < entries.size(); ++i) {
    const AddedToken& token = entries[i].token;
    auto& patterns = token.normalized ? normalized : raw;
    patterns.emplace_back(token.normalized ? normalize(token.content) : token.content,
                          static_cast<int32_t>(i));
  }
  EASEL_RETURN_IF_ERROR(check_patterns(raw));
  EASEL_RETURN_IF_ERROR(check_patterns(normalized));
  return AddedTokens(std::move(entries), ByteTrie(std::move(raw)), ByteTrie(std::move(normalized)));
}

AddedTokens::AddedTokens(std::vector<Entry> entries, ByteTrie raw, ByteTrie normalized)
    : entries_(std::move(entries)), raw_(std::move(raw)), normalized_(std::move(normalized)) {
  for (const Entry& entry : entries_) {
    ids_[entry.token.content] = entry.id;
    max_id_ = std::max(max_id_, entry.id);
  }
}

std::optional<int64_t> AddedTokens::id_of(const std::string& content) const {
  const auto found = ids_.find(content);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<AddedTokens::Piece> AddedTokens::split(std::string_view text,
                                                   const ByteTrie& trie) const {
  std::vector<Piece> pieces;
  size_t done = 0;  // everything before is in `pieces`
  const auto push_text = [&](size_t end) {
    if (done < end) pieces.push_back({text.substr(done, end - done), std::nullopt});
  };
  for (size_t i = 0; i < text.size() && !trie.empty();) {
    size_t length = 0;
    int32_t index = 0;
    trie.each_prefix(text.substr(i),
                     [&](size_t prefix, int32_t value) { length = prefix, index = value; });
    if (length == 0) {
      ++i;
      continue;
    }
    size_t start = i;
    size_t stop = i + length;
    i = stop;
    const Entry& entry = entries_[static_cast<size_t>(index)];
    if (entry.token.single_word && !stands_alone(text, start, stop)) continue;
    if (entry.token.lstrip)
      start = std::max(space_before(text, start, std::min(done, start)), done);
    if (entry.token.rstrip) stop = space_after(text, stop);
    push_text(start);
    pieces.push_back({{}, entry.id});
    done = stop;
  }
  push_text(text.size());
  return pieces;
}

}  // namespace easel

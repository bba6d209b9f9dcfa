#include "engine/tokenizers/bpe_model.h"

#include <algorithm>
#include <queue>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

constexpr const char* kWordEnd = "</w>";

// GPT-2's bytes_to_unicode: printable Latin-1 stays, the others follow from U+0100 on in their
// order.
std::array<std::string, 256> byte_characters() {
  std::array<std::string, 256> out;
  char32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    unicode::append_utf8(printable ? byte : next++, out[byte]);
  }
  return out;
}

uint64_t pair_key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

// Part of a word: a list that merging takes elements out of.
struct BpeModel::Symbol {
  int32_t id;
  int32_t previous;  // -1: none
  int32_t next;      // -1: none
  bool removed;
};

// A merge that was possible when it was found: of the symbol at `position` with the next one.
struct BpeModel::Candidate {
  int32_t rank;
  int32_t position;
  int32_t id;

  bool operator<(const Candidate& other) const {  // std::priority_queue keeps the largest on top
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

absl::StatusOr<BpeModel> BpeModel::create(Vocabulary vocabulary, const Merges& merges,
                                          const std::string& unk_token) {
  BpeModel model;
  EASEL_RETURN_IF_ERROR(model.set_ids(std::move(vocabulary)));
  EASEL_RETURN_IF_ERROR(model.set_merges(merges));
  EASEL_RETURN_IF_ERROR(model.set_bytes(unk_token));
  return model;
}

absl::Status BpeModel::set_ids(Vocabulary vocabulary) {
  absl::flat_hash_map<int32_t, std::string_view> tokens;
  tokens.reserve(vocabulary.size());
  for (const auto& [token, id] : vocabulary) {
    const auto [other, is_new] = tokens.try_emplace(id, token);
    if (!is_new) {
      return bad_weights("the vocabulary gives id ", id, " to ",
                         quote(std::min<std::string_view>(token, other->second)), " and to ",
                         quote(std::max<std::string_view>(token, other->second)));
    }
    max_id_ = std::max<int64_t>(max_id_, id);
  }
  vocabulary_ = std::move(vocabulary);
  return absl::OkStatus();
}

absl::Status BpeModel::set_merges(const Merges& merges) {
  merges_.reserve(merges.size());
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const auto left_id = id_of(left), right_id = id_of(right), merged_id = id_of(left + right);
    if (!left_id || !right_id || !merged_id) {
      const std::string& unknown = !left_id ? left : !right_id ? right : left + right;
      return bad_weights("merge ", rank + 1, " (", quote(concat(left, " ", right)),
                         ") needs the token ", quote(unknown), ", which the vocabulary lacks");
    }
    const Merge merge = {static_cast<int32_t>(rank), static_cast<int32_t>(*merged_id)};
    merges_[pair_key(static_cast<int32_t>(*left_id), static_cast<int32_t>(*right_id))] = merge;
  }
  return absl::OkStatus();
}

absl::Status BpeModel::set_bytes(const std::string& unk_token) {
  const auto unk_id = id_of(unk_token);
  const auto characters = byte_characters();
  const auto lookup = [&](const std::string& token, int32_t& id) {
    const auto found = id_of(token);
    if (!found && !unk_id) {
      return bad_weights("the vocabulary lacks ", quote(token), " and the unknown token ",
                         quote(unk_token), " that would stand for it");
    }
    id = static_cast<int32_t>(found ? *found : *unk_id);
    return absl::OkStatus();
  };
  for (size_t byte = 0; byte < 256; ++byte) {
    EASEL_RETURN_IF_ERROR(lookup(characters[byte], byte_ids_[byte]));
    EASEL_RETURN_IF_ERROR(lookup(characters[byte] + kWordEnd, last_byte_ids_[byte]));
  }
  return absl::OkStatus();
}

std::optional<int64_t> BpeModel::id_of(const std::string& token) const {
  const auto found = vocabulary_.find(token);
  return found == vocabulary_.end() ? std::nullopt : std::optional<int64_t>(found->second);
}

const BpeModel::Merge* BpeModel::find_merge(int32_t left, int32_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

void BpeModel::append_ids(std::string_view word, std::vector<int64_t>& ids) const {
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  const auto size = static_cast<int32_t>(word.size());
  for (int32_t i = 0; i < size; ++i) {
    const bool is_last = i + 1 == size;
    const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
    const int32_t id = is_last ? last_byte_ids_[byte] : byte_ids_[byte];
    symbols.push_back({id, i - 1, is_last ? -1 : i + 1, /*removed=*/false});
  }
  merge_all(symbols);
  for (const Symbol& symbol : symbols) {
    if (!symbol.removed) ids.push_back(symbol.id);
  }
}

void BpeModel::merge_all(std::vector<Symbol>& symbols) const {
  std::priority_queue<Candidate> queue;
  const auto at = [&](int32_t position) -> Symbol& {
    return symbols[static_cast<size_t>(position)];
  };
  const auto consider = [&](int32_t position) {
    const Symbol& left = at(position);
    if (left.next < 0) return;
    if (const Merge* merge = find_merge(left.id, at(left.next).id)) {
      queue.push({merge->rank, position, merge->id});
    }
  };
  for (int32_t i = 0; i + 1 < static_cast<int32_t>(symbols.size()); ++i) consider(i);

  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = at(best.position);
    if (left.removed || left.next < 0) continue;
    Symbol& right = at(left.next);
    // Neighbours may have changed since the candidate was found.
    const Merge* merge = find_merge(left.id, right.id);
    if (merge == nullptr || merge->id != best.id) continue;
    left.id = best.id;
    left.next = right.next;
    right.removed = true;
    if (left.next >= 0) at(left.next).previous = best.position;
    if (left.previous >= 0) consider(left.previous);
    consider(best.position);
  }
}

}  // namespace easel

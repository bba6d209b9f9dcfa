// Tokens that are looked for in the text itself, before the model sees it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/tokenizers/byte_trie.h"

namespace easel {

// As in tokenizer.json's `added_tokens`.
struct AddedToken {
  std::string content;
  bool single_word = false;  // only where no word character stands beside it
  bool lstrip = false;       // takes the white space on its left with it
  bool rstrip = false;
  bool normalized = false;  // looked for, itself normalised, in the normalised text
  bool special = false;

  bool operator==(const AddedToken&) const = default;
};

// The added tokens of one tokenizer; the semantics of `AddedVocabulary` in Hugging Face's
// tokenizers. Immutable, thread-safe.
class AddedTokens {
 public:
  using Lookup = std::function<std::optional<int64_t>(const std::string&)>;
  using Normalizer = std::function<std::string(std::string_view)>;

  // A token that `model_id` knows keeps that id; the others get ids from `model_size` on, in their
  // order. A later token replaces an earlier one of the same content. BAD_WEIGHTS when two of them
  // would be looked for as the same string.
  static absl::StatusOr<AddedTokens> create(const std::vector<AddedToken>& tokens,
                                            int64_t model_size, const Lookup& model_id,
                                            const Normalizer& normalize);

  // Piece by piece from the left: text between tokens (never empty), or a token.
  struct Piece {
    std::string_view text;
    std::optional<int64_t> id;
  };
  std::vector<Piece> split_raw(std::string_view text) const { return split(text, raw_); }
  std::vector<Piece> split_normalized(std::string_view text) const {
    return split(text, normalized_);
  }

  std::optional<int64_t> id_of(const std::string& content) const;
  // The largest id of an added token, -1 without any.
  int64_t max_id() const { return max_id_; }

 private:
  struct Entry {
    AddedToken token;
    int64_t id = 0;
  };
  AddedTokens(std::vector<Entry> entries, ByteTrie raw, ByteTrie normalized);
  std::vector<Piece> split(std::string_view text, const ByteTrie& trie) const;

  std::vector<Entry> entries_;
  ByteTrie raw_;  // → index into entries_
  ByteTrie normalized_;
  std::unordered_map<std::string, int64_t> ids_;
  int64_t max_id_ = -1;
};

}  // namespace easel

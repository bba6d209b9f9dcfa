// SentencePiece's unigram model: the best-scoring way to cut a word into pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/tokenizers/byte_trie.h"

namespace easel {

// Immutable, thread-safe.
class UnigramModel {
 public:
  using Pieces =
      std::vector<std::pair<std::string, double>>;  // (piece, score); the id is the place

  // Of a piece that stands there twice the last one counts. BAD_WEIGHTS when `unk_id` is not the
  // place of a piece, or a score is not finite.
  static absl::StatusOr<UnigramModel> create(const Pieces& pieces, int32_t unk_id);

  // Appends the ids of one word: Viterbi over UTF-8 code points, unknown stretches fused into one
  // unk. `word` is valid UTF-8. Linear in the word, times the longest piece.
  void append_ids(std::string_view word, std::vector<int64_t>& ids) const;

  std::optional<int64_t> id_of(const std::string& piece) const;
  int64_t num_pieces() const { return static_cast<int64_t>(scores_.size()); }

 private:
  struct Best;
  UnigramModel(const Pieces& pieces, int32_t unk_id);
  std::vector<Best> best_paths(std::string_view word) const;

  std::vector<double> scores_;
  std::unordered_map<std::string, int32_t> ids_;
  ByteTrie trie_;
  int32_t unk_id_;
  double unk_score_;
};

}  // namespace easel

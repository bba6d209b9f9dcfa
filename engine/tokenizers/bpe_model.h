// Byte-level BPE with a word-end suffix.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace easel {

// The vocabulary as it is in the files: bytes written as GPT-2's printable characters, "</w>" at
// the end of a word. Immutable, thread-safe.
class BpeModel {
 public:
  using Vocabulary = absl::flat_hash_map<std::string, int32_t>;
  using Merges = std::vector<std::pair<std::string, std::string>>;

  // BAD_WEIGHTS when two tokens share an id, when a merge names or makes a token that the
  // vocabulary lacks, or when a byte is missing from it and so is `unk_token`.
  static absl::StatusOr<BpeModel> create(Vocabulary vocabulary, const Merges& merges,
                                         const std::string& unk_token);

  // Appends the ids of one word, given as plain bytes and not empty. n log n.
  void append_ids(std::string_view word, std::vector<int64_t>& ids) const;

  std::optional<int64_t> id_of(const std::string& token) const;
  size_t num_tokens() const { return vocabulary_.size(); }
  // The largest id.
  int64_t max_id() const { return max_id_; }

 private:
  struct Merge {
    int32_t rank;
    int32_t id;
  };
  struct Candidate;
  struct Symbol;

  absl::Status set_ids(Vocabulary vocabulary);
  absl::Status set_merges(const Merges& merges);
  absl::Status set_bytes(const std::string& unk_token);
  const Merge* find_merge(int32_t left, int32_t right) const;
  void merge_all(std::vector<Symbol>& symbols) const;

  Vocabulary vocabulary_;
  absl::flat_hash_map<uint64_t, Merge> merges_;  // key: left id, right id
  std::array<int32_t, 256> byte_ids_{};          // of a byte inside a word
  std::array<int32_t, 256> last_byte_ids_{};     // of a word's last byte
  int64_t max_id_ = -1;
};

}  // namespace easel

// SentencePiece's normalisation table: `precompiled_charsmap`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

// The blob is: u32 size of a trie in bytes, the trie (a Darts double array, u32 units,
// little-endian), and replacement strings that each end with NUL. A trie's value is the offset of
// its replacement. Source: sentencepiece's normalizer.cc; applied as Hugging Face's spm_precompiled
// does. Immutable, thread-safe.
class PrecompiledCharsmap {
 public:
  // BAD_WEIGHTS when the blob is cut short, when a unit of the trie points outside of it, or when a
  // replacement is not valid UTF-8.
  static absl::StatusOr<PrecompiledCharsmap> parse(std::string_view blob);

  // `text` (valid UTF-8) with each grapheme cluster of less than 6 bytes replaced as a whole where
  // the table has an entry for its beginning, and each other code point on its own.
  std::string normalize(std::string_view text) const;

 private:
  PrecompiledCharsmap(std::vector<uint32_t> units, std::string replacements);
  absl::Status check() const;
  std::optional<std::string_view> find(std::string_view chunk) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace easel

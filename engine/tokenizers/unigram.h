// T5's tokenizer: SentencePiece unigram.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "engine/tokenizers/added_tokens.h"
#include "engine/tokenizers/precompiled_charsmap.h"
#include "engine/tokenizers/tokenizer.h"
#include "engine/tokenizers/tokenizer_sources.h"
#include "engine/tokenizers/unigram_model.h"

namespace easel {

// Equals transformers 5.23's T5Tokenizer. Like that class it always runs the charsmap (where the
// files have one), splits at white space, puts "▁" before each word, and ends with </s>; only the
// vocabulary with its scores, the charsmap and the special tokens come from the files. A
// tokenizer.json that declares parts of other types is refused: T5Tokenizer would not follow it.
class UnigramTokenizer : public Tokenizer {
 public:
  // tokenizer.json where it exists, else spiece.model (with 100 sentinels <extra_id_N> behind its
  // pieces unless tokenizer_config.json has another `extra_ids`). COMPONENT_MISSING when neither is
  // there, BAD_WEIGHTS for damaged or unsupported files.
  static absl::StatusOr<std::unique_ptr<UnigramTokenizer>> load(
      const std::filesystem::path& folder);
  // The same from bytes.
  static absl::StatusOr<std::unique_ptr<UnigramTokenizer>> from_sources(
      const TokenizerSources& sources);

  std::vector<int64_t> encode(std::string_view utf8) const override;
  int64_t pad_id() const override { return pad_id_; }
  int64_t vocab_size() const override { return vocab_size_; }
  int64_t model_max_length() const override { return model_max_length_; }
  int64_t eos_id() const { return eos_id_; }

 private:
  UnigramTokenizer(UnigramModel model, std::optional<PrecompiledCharsmap> charsmap,
                   AddedTokens added);
  void encode_words(std::string_view normalized, std::vector<int64_t>& ids) const;

  UnigramModel model_;
  std::optional<PrecompiledCharsmap> charsmap_;
  AddedTokens added_;
  int64_t eos_id_ = 0;
  int64_t pad_id_ = 0;
  int64_t vocab_size_ = 0;
  int64_t model_max_length_ = 0;
};

}  // namespace easel

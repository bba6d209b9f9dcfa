// CLIP's tokenizer: byte-level BPE with "</w>" at word ends.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/tokenizers/added_tokens.h"
#include "engine/tokenizers/bpe_model.h"
#include "engine/tokenizers/tokenizer.h"
#include "engine/tokenizers/tokenizer_sources.h"

namespace easel {

// Equals transformers 5.23's CLIPTokenizer. Like that class it always runs NFC, white space → " ",
// lower case; CLIP's own splitting pattern; BPE; <|startoftext|> … <|endoftext|>. Only the
// vocabulary, the merges and the special tokens come from the files. A tokenizer.json that declares
// parts of other types is refused, because CLIPTokenizer would not follow it.
class ClipBpeTokenizer : public Tokenizer {
 public:
  // tokenizer.json where it exists, else vocab.json and merges.txt; special tokens from
  // tokenizer_config.json, else special_tokens_map.json (CLIP-G pads with "!"). COMPONENT_MISSING
  // when no vocabulary is there, BAD_WEIGHTS for damaged or unsupported files.
  static absl::StatusOr<std::unique_ptr<ClipBpeTokenizer>> load(
      const std::filesystem::path& folder);
  // The same from bytes.
  static absl::StatusOr<std::unique_ptr<ClipBpeTokenizer>> from_sources(
      const TokenizerSources& sources);

  std::vector<int64_t> encode(std::string_view utf8) const override;
  int64_t pad_id() const override { return pad_id_; }
  int64_t vocab_size() const override { return vocab_size_; }
  int64_t model_max_length() const override { return model_max_length_; }
  int64_t bos_id() const { return bos_id_; }
  int64_t eos_id() const { return eos_id_; }

 private:
  ClipBpeTokenizer(BpeModel model, AddedTokens added);

  BpeModel model_;
  AddedTokens added_;
  int64_t bos_id_ = 0;
  int64_t eos_id_ = 0;
  int64_t pad_id_ = 0;
  int64_t vocab_size_ = 0;
  int64_t model_max_length_ = 0;
};

}  // namespace easel

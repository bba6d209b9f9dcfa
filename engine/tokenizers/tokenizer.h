// Text → token ids, as a text encoder expects them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace easel {

// What the tokenizers of all text encoders have in common. Immutable once loaded, so every member
// is thread-safe. Ids equal those of transformers 5.23 for the same files; a text that is not valid
// UTF-8 is read with U+FFFD in the place of each bad byte.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // The ids of the whole text with the model's special tokens (BOS/EOS) around them: no padding, no
  // truncation. Linear in the text, apart from a logarithm for one very long word.
  virtual std::vector<int64_t> encode(std::string_view utf8) const = 0;

  // The token that fills short texts up.
  virtual int64_t pad_id() const = 0;
  // One more than the largest id that encode() can return: the rows that an embedding needs.
  virtual int64_t vocab_size() const = 0;
  // `model_max_length` of tokenizer_config.json: the length that pipelines pad to when they are
  // told no other. INT64_MAX where the file names none.
  virtual int64_t model_max_length() const = 0;

  // Exactly `max_length` ids: cut off with the last id (EOS) kept at the end, or filled with
  // pad_id(). As transformers' __call__(padding="max_length", truncation=True, max_length=...).
  // `max_length` is at least the number of special tokens; below 0 counts as 0.
  std::vector<int64_t> encode_padded(std::string_view utf8, int64_t max_length) const;
};

}  // namespace easel

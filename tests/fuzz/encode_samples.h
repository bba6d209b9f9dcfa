// Texts for a tokenizer that a fuzzer's input made; any broken promise aborts.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizers/tokenizer.h"

namespace easel {

inline void encode_samples(const Tokenizer& tokenizer) {
  const std::string_view texts[] = {
      "",
      "a photo of the cat's 12 hats, ok?",
      "<|startoftext|> </s><pad><extra_id_0> !<unk>",
      "E\u0301\u0316 \u1100\u1161\u11A8 \uFB01\u0301 \u00BD\t\u2581\u2581x",
      "\U0001F469\u200D\U0001F467 \u0130\u3000\u200B",
      std::string_view("\0a\xFF\xC3(", 5)};
  constexpr int64_t kLength = 16;
  for (const std::string_view text : texts) {
    for (const int64_t id : tokenizer.encode(text)) {
      if (id < 0 || id >= tokenizer.vocab_size()) std::abort();
    }
    const std::vector<int64_t> padded = tokenizer.encode_padded(text, kLength);
    if (static_cast<int64_t>(padded.size()) != kLength) std::abort();
  }
}

}  // namespace easel

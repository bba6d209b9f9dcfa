// Any bytes as tokenizer.json and, behind NUL bytes, tokenizer_config.json,
// special_tokens_map.json, added_tokens.json, vocab.json and merges.txt; what loads must encode.
#include <cstdint>
#include <string_view>

#include "engine/tokenizers/clip_bpe.h"
#include "engine/tokenizers/unigram.h"
#include "tests/fuzz/encode_samples.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  easel::TokenizerSources sources;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (auto* file :
       {&sources.tokenizer_json, &sources.tokenizer_config, &sources.special_tokens_map,
        &sources.added_tokens, &sources.vocab, &sources.merges}) {
    const std::string_view bytes = rest.substr(0, rest.find('\0'));
    if (!bytes.empty()) *file = std::string(bytes);
    rest.remove_prefix(bytes.size() < rest.size() ? bytes.size() + 1 : rest.size());
  }
  const auto clip = easel::ClipBpeTokenizer::from_sources(sources);
  if (clip.ok()) easel::encode_samples(**clip);
  const auto unigram = easel::UnigramTokenizer::from_sources(sources);
  if (unigram.ok()) easel::encode_samples(**unigram);
  return 0;
}

// Any bytes as spiece.model; what loads must encode.
#include <cstdint>
#include <string>

#include "engine/tokenizers/unigram.h"
#include "tests/fuzz/encode_samples.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  easel::TokenizerSources sources;
  sources.spiece = std::string(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = easel::UnigramTokenizer::from_sources(sources);
  if (tokenizer.ok()) easel::encode_samples(**tokenizer);
  return 0;
}

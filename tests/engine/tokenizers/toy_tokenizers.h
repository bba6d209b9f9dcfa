// The toy tokenizers of tests/data, and copies of them with something wrong.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/tokenizers/clip_bpe.h"
#include "engine/tokenizers/tokenizer_sources.h"
#include "engine/tokenizers/unigram.h"

namespace easel {

inline std::filesystem::path toy_folder(const std::string& name) {
  return std::filesystem::path(EASEL_TEST_DATA) / "tokenizers" / name;
}

inline TokenizerSources toy_sources(const std::string& name) {
  auto sources = read_tokenizer_sources(toy_folder(name));
  EXPECT_TRUE(sources.ok()) << sources.status();
  return sources.ok() ? *std::move(sources) : TokenizerSources();
}

// `text` as JSON, changed by `edit`, as text again.
inline std::string edited(const std::string& text,
                          const std::function<void(nlohmann::json&)>& edit) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  edit(value);
  return value.dump();
}

// A tokenizer.json of the toys with a change.
inline TokenizerSources with_tokenizer_json(const std::string& name,
                                            const std::function<void(nlohmann::json&)>& edit) {
  TokenizerSources sources = toy_sources(name);
  sources.tokenizer_json = edited(*sources.tokenizer_json, edit);
  return sources;
}

}  // namespace easel

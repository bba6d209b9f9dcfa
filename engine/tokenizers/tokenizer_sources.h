// The files that a tokenizer is made from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace easel {

// The bytes of each file that the tokenizer's folder has.
struct TokenizerSources {
  std::optional<std::string> tokenizer_json;
  std::optional<std::string> tokenizer_config;    // tokenizer_config.json
  std::optional<std::string> special_tokens_map;  // special_tokens_map.json
  std::optional<std::string> added_tokens;        // added_tokens.json
  std::optional<std::string> vocab;               // vocab.json
  std::optional<std::string> merges;              // merges.txt
  std::optional<std::string> spiece;              // spiece.model
};

// Each file may have 64 MiB. COMPONENT_MISSING when there is no such folder, BAD_WEIGHTS when a
// file that is there cannot be read.
absl::StatusOr<TokenizerSources> read_tokenizer_sources(const std::filesystem::path& folder);

}  // namespace easel

// Which tokens a tokenizer adds to its model's vocabulary, and which of them ends or fills a text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/tokenizers/added_tokens.h"
#include "engine/tokenizers/tokenizer_sources.h"
#include "nlohmann/json.hpp"

namespace easel {

// A token as a config names it. `bare`: by its text alone, without flags of its own.
struct NamedToken {
  AddedToken token;
  bool bare = true;

  bool operator==(const NamedToken&) const = default;
  static NamedToken from_text(std::string content);
};

// The configs of a tokenizer's folder put together as transformers 5.23 does it (`_from_pretrained`
// in tokenization_utils_base.py): `added_tokens_decoder` of tokenizer_config.json decides alone
// where it exists; else special_tokens_map.json, added_tokens.json and tokenizer.json's
// added_tokens are read.
struct SpecialTokens {
  // "eos_token" → the token, nullopt where the config says null.
  std::map<std::string, std::optional<NamedToken>> named;
  std::map<int64_t, AddedToken> added;                // by the id that the file lists them under
  std::optional<std::vector<NamedToken>> extra;       // extra_special_tokens
  std::optional<std::vector<NamedToken>> additional;  // additional_special_tokens, the older name
  int64_t num_sentinels = 100;                        // T5's extra_ids
  int64_t model_max_length = 0;

  // BAD_WEIGHTS for damaged configs, and for what is not supported: padding or truncation on the
  // left, split_special_tokens. `tokenizer_json` is null or that file's object.
  static absl::StatusOr<SpecialTokens> read(const TokenizerSources& sources,
                                            const nlohmann::json& tokenizer_json);

  // Gives a name that no config has the class's default, so that it is added too.
  void set_default(const std::string& name, const std::string& content);

  // BAD_WEIGHTS when no config names it, or one says null.
  absl::StatusOr<std::string> text_of(const std::string& name) const;
  // Of a token that is among `tokens`.
  absl::StatusOr<int64_t> id_of(const std::string& name, const AddedTokens& tokens) const;

  // In the order in which they get their ids.
  std::vector<AddedToken> tokens_to_add() const;
};

}  // namespace easel

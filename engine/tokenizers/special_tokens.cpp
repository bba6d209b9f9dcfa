#include "engine/tokenizers/special_tokens.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/json_access.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr const char* kStandardNames[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                          "pad_token", "cls_token", "mask_token"};
constexpr const char* kConfigFile = "tokenizer_config.json";
constexpr const char* kMapFile = "special_tokens_map.json";
constexpr int64_t kMaxSentinels = 100'000;

// Tokens in their order, none twice; the same text may stand there with different flags.
struct TokenList {
  std::vector<NamedToken> tokens;
  std::multimap<std::string, size_t> places;

  void add_if_new(const NamedToken& token) {
    const auto [begin, end] = places.equal_range(token.token.content);
    const auto same = [&](const auto& place) { return tokens[place.second] == token; };
    if (std::any_of(begin, end, same)) return;
    places.emplace(token.token.content, tokens.size());
    tokens.push_back(token);
  }
};

bool is_standard(const std::string& name) {
  return std::find(std::begin(kStandardNames), std::end(kStandardNames), name) !=
         std::end(kStandardNames);
}

// {"content": …, "lstrip": …, …}. `special_default` where the object does not say.
absl::StatusOr<AddedToken> read_token(const json& value, const std::string& where,
                                      bool special_default) {
  EASEL_RETURN_IF_ERROR(expect_object(value, where));
  AddedToken token;
  EASEL_ASSIGN_OR_RETURN(token.content, as_string(member(value, "content"), where + ".content"));
  EASEL_ASSIGN_OR_RETURN(token.special,
                         as_bool(member(value, "special"), where + ".special", special_default));
  EASEL_ASSIGN_OR_RETURN(token.single_word,
                         as_bool(member(value, "single_word"), where + ".single_word", false));
  EASEL_ASSIGN_OR_RETURN(token.lstrip, as_bool(member(value, "lstrip"), where + ".lstrip", false));
  EASEL_ASSIGN_OR_RETURN(token.rstrip, as_bool(member(value, "rstrip"), where + ".rstrip", false));
  EASEL_ASSIGN_OR_RETURN(token.normalized, as_bool(member(value, "normalized"),
                                                   where + ".normalized", !token.special));
  return token;
}

absl::StatusOr<NamedToken> read_named(const json& value, const std::string& where,
                                      bool special_default) {
  if (value.is_string()) return NamedToken::from_text(value.get<std::string>());
  EASEL_ASSIGN_OR_RETURN(auto token, read_token(value, where, special_default));
  return NamedToken{std::move(token), /*bare=*/false};
}

absl::StatusOr<std::vector<NamedToken>> read_list(const json& value, const std::string& where,
                                                  bool special_default) {
  EASEL_RETURN_IF_ERROR(expect_array(value, where));
  std::vector<NamedToken> tokens;
  for (const json& item : value) {
    EASEL_ASSIGN_OR_RETURN(auto token, read_named(item, where, special_default));
    tokens.push_back(std::move(token));
  }
  return tokens;
}

absl::StatusOr<int64_t> read_id(const std::string& key, const std::string& where) {
  int64_t id = 0;
  for (const char c : key) {
    if (c < '0' || c > '9' || id > kMaxTokenId)
      return bad_weights(where, ": ", quote(key), " is not a token id");
    id = id * 10 + (c - '0');
  }
  if (key.empty() || id > kMaxTokenId)
    return bad_weights(where, ": ", quote(key), " is not a token id");
  return id;
}

// "right", in any case, is what every pipeline here expects.
absl::Status expect_right(const json& value, const std::string& where) {
  if (value.is_null()) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(const std::string side, as_string(value, where));
  if (side == "right" || side == "Right") return absl::OkStatus();
  return bad_weights(where, ": ", quote(side), " is not supported, only 'right' is");
}

// Members that name tokens; the rest of the file is not about tokens.
absl::Status read_names(const json& file, const std::string& file_name, bool special_default,
                        SpecialTokens& out) {
  for (const auto& [key, value] : file.items()) {
    const std::string where = concat(file_name, ": ", quote(key));
    const bool is_token = value.is_string() || (value.is_object() && value.contains("content"));
    const bool names_token =
        is_token && key.size() > 6 && key.compare(key.size() - 6, 6, "_token") == 0;
    if (is_standard(key) && value.is_null()) {
      out.named[key] = std::nullopt;
    } else if (is_standard(key) || names_token) {
      EASEL_ASSIGN_OR_RETURN(out.named[key], read_named(value, where, special_default));
    } else if (key == "extra_special_tokens" && value.is_object()) {
      for (const auto& [name, token] : value.items()) {
        EASEL_ASSIGN_OR_RETURN(out.named[name], read_named(token, where, special_default));
      }
    } else if (key == "extra_special_tokens" && !value.is_null()) {
      EASEL_ASSIGN_OR_RETURN(out.extra, read_list(value, where, special_default));
    } else if (key == "additional_special_tokens" && !value.is_null()) {
      EASEL_ASSIGN_OR_RETURN(out.additional, read_list(value, where, special_default));
    }
  }
  return absl::OkStatus();
}

// The whole number, nullopt where the value is none that 64 bits hold.
std::optional<int64_t> whole_number(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (value.is_number_unsigned() && value.get<uint64_t>() > kMax) return std::nullopt;
  return value.get<int64_t>();
}

absl::Status read_config(const json& config, SpecialTokens& out) {
  EASEL_RETURN_IF_ERROR(read_names(config, kConfigFile, /*special_default=*/false, out));
  if (out.additional && (!out.extra || out.extra->empty())) {
    out.extra = std::move(out.additional);
    out.additional.reset();
  }
  EASEL_RETURN_IF_ERROR(
      expect_right(member(config, "padding_side"), concat(kConfigFile, ": padding_side")));
  EASEL_RETURN_IF_ERROR(
      expect_right(member(config, "truncation_side"), concat(kConfigFile, ": truncation_side")));
  EASEL_ASSIGN_OR_RETURN(const bool splits,
                         as_bool(member(config, "split_special_tokens"),
                                 concat(kConfigFile, ": split_special_tokens"), false));
  if (splits) return bad_weights(kConfigFile, ": split_special_tokens is not supported");

  // "No limit" is written as 1e30, which 64 bits do not hold.
  out.model_max_length =
      whole_number(member(config, "model_max_length")).value_or(out.model_max_length);
  if (out.model_max_length <= 0)
    return bad_weights(kConfigFile, ": model_max_length is not above 0");
  const json& sentinels = member(config, "extra_ids");
  if (sentinels.is_null()) return absl::OkStatus();
  out.num_sentinels = whole_number(sentinels).value_or(-1);
  if (out.num_sentinels < 0 || out.num_sentinels > kMaxSentinels) {
    return bad_weights(kConfigFile, ": extra_ids is ", quote(sentinels.dump()), ", expected 0…",
                       kMaxSentinels);
  }
  return absl::OkStatus();
}

absl::Status read_decoder(const json& decoder, SpecialTokens& out) {
  const std::string where = concat(kConfigFile, ": added_tokens_decoder");
  EASEL_RETURN_IF_ERROR(expect_object(decoder, where));
  for (const auto& [key, value] : decoder.items()) {
    EASEL_ASSIGN_OR_RETURN(const int64_t id, read_id(key, where));
    EASEL_ASSIGN_OR_RETURN(out.added[id], read_token(value, concat(where, ".", quote(key)),
                                                     /*special_default=*/false));
  }
  return absl::OkStatus();
}

absl::Status read_map(const std::string& text, SpecialTokens& out) {
  EASEL_ASSIGN_OR_RETURN(json map, parse_tokenizer_json(kMapFile, text));
  const auto earlier = out.extra;
  for (auto& [key, value] : map.items()) {
    if (value.is_object() && key != "extra_special_tokens") value["special"] = true;
  }
  EASEL_RETURN_IF_ERROR(read_names(map, kMapFile, /*special_default=*/true, out));
  if (!earlier || !member(map, "extra_special_tokens").is_array()) return absl::OkStatus();
  TokenList both;
  for (const NamedToken& token : *earlier) both.add_if_new(token);
  for (const NamedToken& token : *out.extra) both.add_if_new(token);
  out.extra = std::move(both.tokens);
  return absl::OkStatus();
}

// added_tokens.json: {text: id}. A token is special when the other files name it.
absl::Status read_added_file(const std::string& text, SpecialTokens& out) {
  const std::string where = "added_tokens.json";
  EASEL_ASSIGN_OR_RETURN(const json file, parse_tokenizer_json(where, text));
  std::set<std::string> special;
  for (const char* name : kStandardNames) {
    const auto found = out.named.find(name);
    if (found != out.named.end() && found->second) special.insert(found->second->token.content);
  }
  for (const NamedToken& named : out.extra.value_or(std::vector<NamedToken>()))
    special.insert(named.token.content);
  for (const auto& [content, value] : file.items()) {
    EASEL_ASSIGN_OR_RETURN(const int32_t id,
                           as_token_id(value, concat(where, ": ", quote(content))));
    AddedToken token;
    token.content = content;
    token.special = special.count(content) > 0;
    token.normalized = !token.special;
    out.added[id] = token;
  }
  return absl::OkStatus();
}

absl::Status read_tokenizer_json(const json& file, SpecialTokens& out) {
  const std::string where = "tokenizer.json: added_tokens";
  const json& tokens = member(file, "added_tokens");
  if (tokens.is_null()) return absl::OkStatus();
  EASEL_RETURN_IF_ERROR(expect_array(tokens, where));
  for (const json& value : tokens) {
    EASEL_RETURN_IF_ERROR(expect_object(value, where));
    EASEL_ASSIGN_OR_RETURN(const int32_t id, as_token_id(member(value, "id"), where + ".id"));
    EASEL_ASSIGN_OR_RETURN(out.added[id], read_token(value, where, /*special_default=*/false));
  }
  return absl::OkStatus();
}

absl::Status check_sides(const json& tokenizer_json) {
  for (const char* key : {"padding", "truncation"}) {
    const json& value = member(tokenizer_json, key);
    if (value.is_null()) continue;
    const std::string where = concat("tokenizer.json: ", key);
    EASEL_RETURN_IF_ERROR(expect_object(value, where));
    EASEL_RETURN_IF_ERROR(expect_right(member(value, "direction"), where + ".direction"));
  }
  return absl::OkStatus();
}

}  // namespace

NamedToken NamedToken::from_text(std::string content) {
  NamedToken named;
  named.token.content = std::move(content);
  named.token.special = true;
  return named;
}

absl::StatusOr<SpecialTokens> SpecialTokens::read(const TokenizerSources& sources,
                                                  const json& tokenizer_json) {
  SpecialTokens out;
  out.model_max_length = std::numeric_limits<int64_t>::max();
  json config = json::object();
  if (sources.tokenizer_config) {
    EASEL_ASSIGN_OR_RETURN(config, parse_tokenizer_json(kConfigFile, *sources.tokenizer_config));
  }
  EASEL_RETURN_IF_ERROR(read_config(config, out));
  if (tokenizer_json.is_object()) EASEL_RETURN_IF_ERROR(check_sides(tokenizer_json));
  if (config.contains("added_tokens_decoder")) {
    EASEL_RETURN_IF_ERROR(read_decoder(config["added_tokens_decoder"], out));
  } else {
    if (sources.special_tokens_map)
      EASEL_RETURN_IF_ERROR(read_map(*sources.special_tokens_map, out));
    if (sources.added_tokens) EASEL_RETURN_IF_ERROR(read_added_file(*sources.added_tokens, out));
    if (tokenizer_json.is_object()) EASEL_RETURN_IF_ERROR(read_tokenizer_json(tokenizer_json, out));
  }
  return out;
}

void SpecialTokens::set_default(const std::string& name, const std::string& content) {
  named.try_emplace(name, NamedToken::from_text(content));
}

absl::StatusOr<std::string> SpecialTokens::text_of(const std::string& name) const {
  const auto found = named.find(name);
  if (found != named.end() && found->second) return found->second->token.content;
  return bad_weights(kConfigFile, ": ", name, " is missing, expected the token's text");
}

absl::StatusOr<int64_t> SpecialTokens::id_of(const std::string& name,
                                             const AddedTokens& tokens) const {
  EASEL_ASSIGN_OR_RETURN(const std::string text, text_of(name));
  if (const auto id = tokens.id_of(text)) return *id;
  return bad_weights(kConfigFile, ": ", name, " is ", quote(text), ", which is not a token");
}

std::vector<AddedToken> SpecialTokens::tokens_to_add() const {
  TokenList list;
  std::set<std::string> listed;
  for (const auto& [id, token] : added) {
    list.add_if_new({token, /*bare=*/false});
    listed.insert(token.content);
  }
  const auto add = [&](const NamedToken& token) {
    if (listed.count(token.token.content) == 0) list.add_if_new(token);
  };
  for (const char* name : kStandardNames) {
    const auto found = named.find(name);
    if (found != named.end() && found->second) add(*found->second);
  }
  for (const auto& [name, token] : named) {
    if (token && !is_standard(name)) add(*token);
  }
  // Without the newer list the older one has its place.
  const auto& extras = extra ? extra : additional;
  for (const NamedToken& token : extras.value_or(std::vector<NamedToken>())) add(token);

  std::vector<AddedToken> out;
  for (NamedToken& token : list.tokens) out.push_back(std::move(token.token));
  return out;
}

}  // namespace easel

#include "engine/tokenizers/unigram.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "engine/tokenizers/declared_parts.h"
#include "engine/tokenizers/json_access.h"
#include "engine/tokenizers/sentencepiece_model.h"
#include "engine/tokenizers/special_tokens.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr std::string_view kMetaspace = "\u2581";
constexpr int32_t kUnkId = 2;  // T5Tokenizer's, whatever the files say
constexpr std::string_view kSentinelStart = "<extra_id_";

struct Files {
  UnigramModel::Pieces pieces;
  std::optional<PrecompiledCharsmap> charsmap;
};

std::string sentinel(int64_t index) { return concat(kSentinelStart, index, ">"); }

absl::StatusOr<UnigramModel::Pieces> read_pieces(const json& vocab) {
  const std::string where = "tokenizer.json: model.vocab";
  EASEL_RETURN_IF_ERROR(expect_array(vocab, where));
  if (vocab.size() > static_cast<size_t>(kMaxTokenId)) {
    return bad_weights(where, ": ", vocab.size(), " pieces, at most ", kMaxTokenId,
                       " are supported");
  }
  UnigramModel::Pieces pieces;
  pieces.reserve(vocab.size());
  for (const json& item : vocab) {
    if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_number()) {
      return bad_weights(where, ": entry ", pieces.size(), " is not a [piece, score]");
    }
    pieces.emplace_back(item[0].get<std::string>(), item[1].get<double>());
  }
  return pieces;
}

absl::StatusOr<std::optional<PrecompiledCharsmap>> read_charsmap(const json& file) {
  for (const json* part : declared_parts(file, "normalizer")) {
    if (member(*part, "type") != "Precompiled") continue;
    const std::string where = "tokenizer.json: normalizer.precompiled_charsmap";
    EASEL_ASSIGN_OR_RETURN(const std::string text,
                           as_string(member(*part, "precompiled_charsmap"), where));
    std::string blob;
    if (!absl::Base64Unescape(to_absl(text), &blob)) return bad_weights(where, ": not Base64");
    return PrecompiledCharsmap::parse(blob);
  }
  return std::nullopt;
}

absl::StatusOr<Files> read_tokenizer_json(const json& file) {
  EASEL_RETURN_IF_ERROR(
      check_declared_parts(file, {{"normalizer", {"Precompiled", "Strip", "Replace"}},
                                  {"pre_tokenizer", {"WhitespaceSplit", "Metaspace"}},
                                  {"post_processor", {"TemplateProcessing"}}}));
  for (const json* part : declared_parts(file, "pre_tokenizer")) {
    EASEL_RETURN_IF_ERROR(
        expect_member(*part, "tokenizer.json: pre_tokenizer", "replacement", {kMetaspace}));
  }
  const json& model = member(file, "model");
  const std::string where = "tokenizer.json: model";
  EASEL_RETURN_IF_ERROR(expect_object(model, where));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "type", {"Unigram"}));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "unk_id", {kUnkId}));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "byte_fallback", {false}));
  Files files;
  EASEL_ASSIGN_OR_RETURN(files.pieces, read_pieces(member(model, "vocab")));
  EASEL_ASSIGN_OR_RETURN(files.charsmap, read_charsmap(file));
  return files;
}

// Pieces that sentencepiece keeps out of texts (control) or never cuts (user-defined) are looked
// for in the text; as SentencePieceExtractor of transformers' convert_slow_tokenizer.py.
std::vector<NamedToken> listed_pieces(const SentencePieceModel& model) {
  using Type = SentencePieceModel::PieceType;
  std::vector<NamedToken> tokens;
  for (const auto& piece : model.pieces) {
    if (piece.type != Type::kControl && piece.type != Type::kUserDefined) continue;
    NamedToken named;
    named.bare = false;
    named.token.content = piece.text;
    named.token.special = piece.type == Type::kControl;
    tokens.push_back(std::move(named));
  }
  return tokens;
}

absl::Status check_model(const SentencePieceModel& model) {
  if (model.model_type != SentencePieceModel::ModelType::kUnigram) {
    return bad_weights("spiece.model: model type ", static_cast<int32_t>(model.model_type),
                       " is not supported, only 1 (unigram) is");
  }
  if (model.pieces.size() <= kUnkId) {
    return bad_weights("spiece.model: ", model.pieces.size(), " pieces, expected at least ",
                       kUnkId + 1);
  }
  for (size_t i = 0; i < model.pieces.size(); ++i) {
    if (model.pieces[i].type == SentencePieceModel::PieceType::kUnknown && i != kUnkId) {
      return bad_weights("spiece.model: the unknown token has id ", i, ", expected ", kUnkId);
    }
  }
  return absl::OkStatus();
}

// Adds what spiece.model lists to `special`, and the sentinels behind its pieces.
absl::StatusOr<Files> read_spiece(const std::string& bytes, SpecialTokens& special) {
  auto parsed = SentencePieceModel::parse(bytes);
  if (!parsed.ok()) return with_context(parsed.status(), "spiece.model");
  EASEL_RETURN_IF_ERROR(check_model(*parsed));
  special.additional = listed_pieces(*parsed);
  Files files;
  for (auto& piece : parsed->pieces) files.pieces.emplace_back(std::move(piece.text), piece.score);
  for (int64_t i = special.num_sentinels - 1; i >= 0; --i)
    files.pieces.emplace_back(sentinel(i), 0.0);
  if (!parsed->precompiled_charsmap.empty()) {
    auto charsmap = PrecompiledCharsmap::parse(parsed->precompiled_charsmap);
    if (!charsmap.ok()) return with_context(charsmap.status(), "spiece.model");
    files.charsmap = *std::move(charsmap);
  }
  return files;
}

// T5Tokenizer adds its sentinels unless the configs name some.
void add_sentinels(SpecialTokens& special) {
  auto& tokens = special.additional;
  if (!tokens) tokens.emplace();
  const auto is_sentinel = [](const NamedToken& named) {
    return named.token.content.find(kSentinelStart) != std::string::npos;
  };
  if (std::any_of(tokens->begin(), tokens->end(), is_sentinel)) return;
  for (int64_t i = 0; i < special.num_sentinels; ++i)
    tokens->push_back(NamedToken::from_text(sentinel(i)));
}

}  // namespace

UnigramTokenizer::UnigramTokenizer(UnigramModel model, std::optional<PrecompiledCharsmap> charsmap,
                                   AddedTokens added)
    : model_(std::move(model)), charsmap_(std::move(charsmap)), added_(std::move(added)) {}

absl::StatusOr<std::unique_ptr<UnigramTokenizer>> UnigramTokenizer::load(
    const std::filesystem::path& folder) {
  EASEL_ASSIGN_OR_RETURN(const TokenizerSources sources, read_tokenizer_sources(folder));
  auto tokenizer = from_sources(sources);
  if (!tokenizer.ok()) return with_context(tokenizer.status(), folder.string());
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<UnigramTokenizer>> UnigramTokenizer::from_sources(
    const TokenizerSources& sources) {
  json file;
  if (sources.tokenizer_json) {
    EASEL_ASSIGN_OR_RETURN(file, parse_tokenizer_json("tokenizer.json", *sources.tokenizer_json));
  } else if (!sources.spiece) {
    return make_error(Reason::kComponentMissing,
                      "tokenizer.json is missing, and so is spiece.model");
  }
  EASEL_ASSIGN_OR_RETURN(SpecialTokens special, SpecialTokens::read(sources, file));
  special.set_default("eos_token", "</s>");
  special.set_default("unk_token", "<unk>");
  special.set_default("pad_token", "<pad>");
  EASEL_ASSIGN_OR_RETURN(Files files, sources.tokenizer_json
                                          ? read_tokenizer_json(file)
                                          : read_spiece(*sources.spiece, special));
  add_sentinels(special);
  EASEL_ASSIGN_OR_RETURN(UnigramModel model, UnigramModel::create(files.pieces, kUnkId));
  const auto model_id = [&](const std::string& token) { return model.id_of(token); };
  const auto normalize = [&](std::string_view text) {
    return files.charsmap ? files.charsmap->normalize(text) : std::string(text);
  };
  EASEL_ASSIGN_OR_RETURN(
      AddedTokens added,
      AddedTokens::create(special.tokens_to_add(), model.num_pieces(), model_id, normalize));

  std::unique_ptr<UnigramTokenizer> tokenizer(
      new UnigramTokenizer(std::move(model), std::move(files.charsmap), std::move(added)));
  EASEL_ASSIGN_OR_RETURN(tokenizer->eos_id_, special.id_of("eos_token", tokenizer->added_));
  EASEL_ASSIGN_OR_RETURN(tokenizer->pad_id_, special.id_of("pad_token", tokenizer->added_));
  tokenizer->vocab_size_ =
      std::max(tokenizer->model_.num_pieces() - 1, tokenizer->added_.max_id()) + 1;
  tokenizer->model_max_length_ = special.model_max_length;
  return tokenizer;
}

std::vector<int64_t> UnigramTokenizer::encode(std::string_view utf8) const {
  std::string storage;
  std::vector<int64_t> ids;
  for (const AddedTokens::Piece& raw : added_.split_raw(unicode::valid_utf8(utf8, storage))) {
    if (raw.id) {
      ids.push_back(*raw.id);
      continue;
    }
    const std::string normalized =
        charsmap_ ? charsmap_->normalize(raw.text) : std::string(raw.text);
    for (const AddedTokens::Piece& piece : added_.split_normalized(normalized)) {
      if (piece.id)
        ids.push_back(*piece.id);
      else
        encode_words(piece.text, ids);
    }
  }
  ids.push_back(eos_id_);
  return ids;
}

// WhitespaceSplit, then Metaspace: a word is what stands between white space with "▁" in front, and
// each "▁" in it begins a new one.
void UnigramTokenizer::encode_words(std::string_view normalized, std::vector<int64_t>& ids) const {
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) model_.append_ids(word, ids);
    word.clear();
  };
  for (size_t start = 0; start < normalized.size();) {
    size_t end = start;
    const char32_t c = unicode::next_code_point(normalized, end);
    const std::string_view character = normalized.substr(start, end - start);
    start = end;
    if (unicode::is_whitespace(c)) {
      finish();
      continue;
    }
    if (character == kMetaspace)
      finish();
    else if (word.empty())
      word = kMetaspace;
    word += character;
  }
  finish();
}

}  // namespace easel

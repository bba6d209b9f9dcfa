#include "engine/tokenizers/clip_bpe.h"

#include <algorithm>
#include <initializer_list>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/declared_parts.h"
#include "engine/tokenizers/json_access.h"
#include "engine/tokenizers/special_tokens.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr const char* kStart = "<|startoftext|>";
constexpr const char* kEnd = "<|endoftext|>";

struct Files {
  BpeModel::Vocabulary vocabulary;
  BpeModel::Merges merges;
};

absl::StatusOr<BpeModel::Vocabulary> read_vocabulary(const json& object, const std::string& where) {
  EASEL_RETURN_IF_ERROR(expect_object(object, where));
  BpeModel::Vocabulary vocabulary;
  vocabulary.reserve(object.size());
  for (const auto& [token, value] : object.items()) {
    const auto id = as_token_id(value, where);
    if (!id.ok()) return with_context(id.status(), concat("token ", quote(token)));
    vocabulary[token] = *id;
  }
  return vocabulary;
}

absl::Status add_merge(std::string_view line, const std::string& where, BpeModel::Merges& merges) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
    return bad_weights(where, ": merge ", merges.size() + 1, " is ", quote(line),
                       ", expected two tokens and one space");
  }
  merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  return absl::OkStatus();
}

// ["a", "b"] or, in files from before 2024, "a b".
absl::StatusOr<BpeModel::Merges> read_merges(const json& array, const std::string& where) {
  EASEL_RETURN_IF_ERROR(expect_array(array, where));
  BpeModel::Merges merges;
  merges.reserve(array.size());
  for (const json& merge : array) {
    if (merge.is_string()) {
      EASEL_RETURN_IF_ERROR(add_merge(merge.get_ref<const std::string&>(), where, merges));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
               merge[1].is_string()) {
      merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
    } else {
      return bad_weights(where, ": merge ", merges.size() + 1, " is not a pair of tokens");
    }
  }
  return merges;
}

absl::StatusOr<BpeModel::Merges> read_merges_text(std::string_view text, const std::string& where) {
  BpeModel::Merges merges;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.substr(0, 8) != "#version") EASEL_RETURN_IF_ERROR(add_merge(line, where, merges));
  }
  return merges;
}

absl::StatusOr<Files> read_tokenizer_json(const json& file) {
  EASEL_RETURN_IF_ERROR(check_declared_parts(
      file, {{"normalizer", {"NFC", "Replace", "Lowercase"}},
             {"pre_tokenizer", {"Split", "ByteLevel"}},
             {"post_processor", {"RobertaProcessing", "TemplateProcessing", "ByteLevel"}}}));
  const json& model = member(file, "model");
  const std::string where = "tokenizer.json: model";
  EASEL_RETURN_IF_ERROR(expect_object(model, where));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "type", {"BPE"}));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "dropout", {nullptr, 0}));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "continuing_subword_prefix", {"", nullptr}));
  EASEL_RETURN_IF_ERROR(expect_member(model, where, "end_of_word_suffix", {"</w>"}));
  for (const char* flag : {"fuse_unk", "byte_fallback", "ignore_merges"}) {
    EASEL_RETURN_IF_ERROR(expect_member(model, where, flag, {false, nullptr}));
  }
  Files files;
  EASEL_ASSIGN_OR_RETURN(files.vocabulary,
                         read_vocabulary(member(model, "vocab"), where + ".vocab"));
  EASEL_ASSIGN_OR_RETURN(files.merges, read_merges(member(model, "merges"), where + ".merges"));
  return files;
}

absl::StatusOr<Files> read_vocab_and_merges(const TokenizerSources& sources) {
  if (!sources.vocab || !sources.merges) {
    const char* missing = sources.vocab    ? "merges.txt"
                          : sources.merges ? "vocab.json"
                                           : "tokenizer.json";
    return make_error(
        Reason::kComponentMissing,
        concat(missing, " is missing: expected tokenizer.json, or vocab.json with merges.txt"));
  }
  EASEL_ASSIGN_OR_RETURN(const json vocab, parse_tokenizer_json("vocab.json", *sources.vocab));
  Files files;
  EASEL_ASSIGN_OR_RETURN(files.vocabulary, read_vocabulary(vocab, "vocab.json"));
  EASEL_ASSIGN_OR_RETURN(files.merges, read_merges_text(*sources.merges, "merges.txt"));
  return files;
}

// NFC, white space → one space, lower case.
std::string normalize(std::string_view text) {
  const std::u32string composed = unicode::to_nfc(unicode::decode_utf8(text));
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < composed.size(); ++i) {
    if (!unicode::is_whitespace(composed[i])) {
      unicode::append_lower(composed[i], out);
    } else if (i == 0 || !unicode::is_whitespace(composed[i - 1])) {
      out += ' ';
    }
  }
  return out;
}

bool is_symbol(char32_t c) {
  return !unicode::is_whitespace(c) && !unicode::is_letter(c) && !unicode::is_number(c);
}

// The end of the code points from `position` on that `belongs` holds for.
template <typename Predicate>
size_t end_of_run(std::string_view text, size_t position, Predicate belongs) {
  while (position < text.size()) {
    size_t next = position;
    if (!belongs(unicode::next_code_point(text, next))) break;
    position = next;
  }
  return position;
}

// Length of the first of `words` that `text` begins with, 0 when it begins with none.
size_t first_word_length(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.substr(0, word.size()) == word) return word.size();
  }
  return 0;
}

// Calls visit(word) for what CLIP's pattern, and after it GPT-2's, find in `text`:
//   <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
// GPT-2's pattern only cuts the two special tokens, into "<|", their letters and "|>".
template <typename Visit>
void each_word(std::string_view text, Visit visit) {
  constexpr size_t kBracket = 2;
  for (size_t start = 0; start < text.size();) {
    const std::string_view rest = text.substr(start);
    if (const size_t length = first_word_length(rest, {kStart, kEnd})) {
      visit(rest.substr(0, kBracket));
      visit(rest.substr(kBracket, length - 2 * kBracket));
      visit(rest.substr(length - kBracket, kBracket));
      start += length;
      continue;
    }
    size_t end = start;
    const char32_t first = unicode::next_code_point(text, end);
    if (const size_t length =
            first_word_length(rest, {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})) {
      end = start + length;
    } else if (unicode::is_letter(first)) {
      end = end_of_run(text, end, unicode::is_letter);
    } else if (is_symbol(first)) {
      end = end_of_run(text, end, is_symbol);
    }
    if (!unicode::is_whitespace(first)) visit(text.substr(start, end - start));
    start = end;
  }
}

}  // namespace

ClipBpeTokenizer::ClipBpeTokenizer(BpeModel model, AddedTokens added)
    : model_(std::move(model)), added_(std::move(added)) {}

absl::StatusOr<std::unique_ptr<ClipBpeTokenizer>> ClipBpeTokenizer::load(
    const std::filesystem::path& folder) {
  EASEL_ASSIGN_OR_RETURN(const TokenizerSources sources, read_tokenizer_sources(folder));
  auto tokenizer = from_sources(sources);
  if (!tokenizer.ok()) return with_context(tokenizer.status(), folder.string());
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<ClipBpeTokenizer>> ClipBpeTokenizer::from_sources(
    const TokenizerSources& sources) {
  json file;
  if (sources.tokenizer_json) {
    EASEL_ASSIGN_OR_RETURN(file, parse_tokenizer_json("tokenizer.json", *sources.tokenizer_json));
  }
  EASEL_ASSIGN_OR_RETURN(SpecialTokens special, SpecialTokens::read(sources, file));
  special.set_default("bos_token", kStart);
  for (const char* name : {"eos_token", "unk_token", "pad_token"}) special.set_default(name, kEnd);
  EASEL_ASSIGN_OR_RETURN(Files files, sources.tokenizer_json ? read_tokenizer_json(file)
                                                             : read_vocab_and_merges(sources));
  EASEL_ASSIGN_OR_RETURN(const std::string unk, special.text_of("unk_token"));
  EASEL_ASSIGN_OR_RETURN(BpeModel model,
                         BpeModel::create(std::move(files.vocabulary), files.merges, unk));
  const auto model_id = [&](const std::string& token) { return model.id_of(token); };
  EASEL_ASSIGN_OR_RETURN(
      AddedTokens added,
      AddedTokens::create(special.tokens_to_add(), static_cast<int64_t>(model.num_tokens()),
                          model_id, normalize));

  std::unique_ptr<ClipBpeTokenizer> tokenizer(
      new ClipBpeTokenizer(std::move(model), std::move(added)));
  EASEL_ASSIGN_OR_RETURN(tokenizer->bos_id_, special.id_of("bos_token", tokenizer->added_));
  EASEL_ASSIGN_OR_RETURN(tokenizer->eos_id_, special.id_of("eos_token", tokenizer->added_));
  EASEL_ASSIGN_OR_RETURN(tokenizer->pad_id_, special.id_of("pad_token", tokenizer->added_));
  tokenizer->vocab_size_ = std::max(tokenizer->model_.max_id(), tokenizer->added_.max_id()) + 1;
  tokenizer->model_max_length_ = special.model_max_length;
  return tokenizer;
}

std::vector<int64_t> ClipBpeTokenizer::encode(std::string_view utf8) const {
  std::string storage;
  std::vector<int64_t> ids = {bos_id_};
  for (const AddedTokens::Piece& raw : added_.split_raw(unicode::valid_utf8(utf8, storage))) {
    if (raw.id) {
      ids.push_back(*raw.id);
      continue;
    }
    const std::string normalized = normalize(raw.text);
    for (const AddedTokens::Piece& piece : added_.split_normalized(normalized)) {
      if (piece.id)
        ids.push_back(*piece.id);
      else
        each_word(piece.text, [&](std::string_view word) { model_.append_ids(word, ids); });
    }
  }
  ids.push_back(eos_id_);
  return ids;
}

}  // namespace easel

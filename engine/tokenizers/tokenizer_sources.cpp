#include "engine/tokenizers/tokenizer_sources.h"

#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace easel {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;

}  // namespace

absl::StatusOr<TokenizerSources> read_tokenizer_sources(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return make_error(Reason::kComponentMissing,
                      concat(folder.string(), ": no such tokenizer folder"));
  }
  TokenizerSources sources;
  const std::pair<const char*, std::optional<std::string>*> files[] = {
      {"tokenizer.json", &sources.tokenizer_json},
      {"tokenizer_config.json", &sources.tokenizer_config},
      {"special_tokens_map.json", &sources.special_tokens_map},
      {"added_tokens.json", &sources.added_tokens},
      {"vocab.json", &sources.vocab},
      {"merges.txt", &sources.merges},
      {"spiece.model", &sources.spiece}};
  for (const auto& [name, bytes] : files) {
    if (!std::filesystem::exists(folder / name, error)) continue;
    EASEL_ASSIGN_OR_RETURN(*bytes, read_file(folder / name, kMaxFileBytes));
  }
  return sources;
}

}  // namespace easel

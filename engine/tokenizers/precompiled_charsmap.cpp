#include "engine/tokenizers/precompiled_charsmap.h"

#include "base/error.h"
#include "base/utf8.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

constexpr size_t kMaxWholeGrapheme = 5;
// Darts allocates units in blocks of 256; inside one, XOR with a byte cannot leave the array.
constexpr size_t kBlockBytes = 256 * sizeof(uint32_t);

uint32_t read_u32(std::string_view bytes, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i)
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[offset + i])) << (8 * i);
  return value;
}

// A unit is a leaf (bit 31 set, the value below) or a node: label, "has a leaf" flag, offset to its
// children.
bool is_leaf(uint32_t unit) { return (unit >> 31) != 0; }
uint32_t leaf_value(uint32_t unit) { return unit & 0x7FFFFFFFu; }
bool has_leaf(uint32_t unit) { return ((unit >> 8) & 1u) != 0; }
uint32_t label(uint32_t unit) { return unit & 0x800000FFu; }
uint32_t offset(uint32_t unit) { return (unit >> 10) << ((unit & 0x200u) >> 6); }

}  // namespace

PrecompiledCharsmap::PrecompiledCharsmap(std::vector<uint32_t> units, std::string replacements)
    : units_(std::move(units)), replacements_(std::move(replacements)) {}

absl::StatusOr<PrecompiledCharsmap> PrecompiledCharsmap::parse(std::string_view blob) {
  if (blob.size() < 4)
    return bad_weights("charsmap of ", blob.size(), " bytes: expected its trie's size first");
  const size_t trie_bytes = read_u32(blob, 0);
  if (trie_bytes > blob.size() - 4) {
    return bad_weights("charsmap cut short: its trie has ", trie_bytes, " bytes, only ",
                       blob.size() - 4, " are there");
  }
  if (trie_bytes == 0 || trie_bytes % kBlockBytes != 0) {
    return bad_weights("charsmap: a trie of ", trie_bytes, " bytes, expected a multiple of ",
                       kBlockBytes);
  }
  std::vector<uint32_t> units(trie_bytes / 4);
  for (size_t i = 0; i < units.size(); ++i) units[i] = read_u32(blob, 4 + 4 * i);
  PrecompiledCharsmap map(std::move(units), std::string(blob.substr(4 + trie_bytes)));
  EASEL_RETURN_IF_ERROR(map.check());
  return map;
}

absl::Status PrecompiledCharsmap::check() const {
  if (const auto bad = find_invalid_utf8(replacements_)) {
    return bad_weights("charsmap: its replacements are not valid UTF-8 at byte ", *bad);
  }
  const auto inside_character = [&](size_t at) {
    return (static_cast<uint8_t>(replacements_[at]) & 0xC0u) == 0x80u;
  };
  if (is_leaf(units_[0])) return bad_weights("charsmap: the trie's root is a value");
  for (size_t i = 0; i < units_.size(); ++i) {
    const uint32_t unit = units_[i];
    if (is_leaf(unit)) {
      const size_t value = leaf_value(unit);
      if (value >= replacements_.size() || inside_character(value)) {
        return bad_weights("charsmap: trie unit ", i, " points at replacement byte ", value, " of ",
                           replacements_.size());
      }
      continue;
    }
    const size_t children = i ^ offset(unit);
    if (children >= units_.size()) {
      return bad_weights("charsmap: trie unit ", i, " points at unit ", children, " of ",
                         units_.size());
    }
    if (has_leaf(unit) && !is_leaf(units_[children])) {
      return bad_weights("charsmap: trie unit ", i, " announces a value that unit ", children,
                         " does not hold");
    }
  }
  return absl::OkStatus();
}

// The replacement of the shortest entry that `chunk` starts with (as spm_precompiled, not as
// sentencepiece).
std::optional<std::string_view> PrecompiledCharsmap::find(std::string_view chunk) const {
  size_t position = offset(units_[0]);
  for (const char c : chunk) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == 0) break;
    position ^= byte;
    const uint32_t unit = units_[position];
    if (label(unit) != byte) break;
    position ^= offset(unit);
    if (has_leaf(unit)) {
      const std::string_view rest =
          std::string_view(replacements_).substr(leaf_value(units_[position]));
      return rest.substr(0, rest.find('\0'));
    }
  }
  return std::nullopt;
}

std::string PrecompiledCharsmap::normalize(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view grapheme = text.substr(0, unicode::grapheme_length(text));
    text.remove_prefix(grapheme.size());
    if (grapheme.size() <= kMaxWholeGrapheme) {
      if (const auto found = find(grapheme)) {
        out += *found;
        continue;
      }
    }
    for (size_t start = 0; start < grapheme.size();) {
      size_t end = start;
      unicode::next_code_point(grapheme, end);
      const std::string_view part = grapheme.substr(start, end - start);
      out += find(part).value_or(part);
      start = end;
    }
  }
  return out;
}

}  // namespace easel

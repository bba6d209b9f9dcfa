#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "base/quote.h"
#include "engine/image/a1111_parameters.h"

namespace easel {
namespace {

struct Pair {
  std::string_view key;
  std::string value;
};

std::string_view strip(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The end of the value at the start of `text`: past the closing quote of a quoted one, else the
// comma.
size_t value_end(std::string_view text) {
  if (text.starts_with('"')) {
    for (size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        return i + 1;
      }
    }
  }
  return std::min(text.find(','), text.size());
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"'))
    return std::string(value);
  const nlohmann::json parsed = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string(value);
}

// "Steps: 20, Sampler: euler" → the pairs; what has no colon is skipped.
std::vector<Pair> split_pairs(std::string_view line) {
  std::vector<Pair> pairs;
  while (!line.empty()) {
    const size_t end_of_key = line.find_first_of(":,");
    if (end_of_key == std::string_view::npos) break;
    const std::string_view key = strip(line.substr(0, end_of_key));
    const bool has_value = line[end_of_key] == ':';
    line.remove_prefix(end_of_key + 1);
    if (!has_value) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const size_t end = value_end(line);
    if (!key.empty()) pairs.push_back({key, unquoted(strip(line.substr(0, end)))});
    line.remove_prefix(end);
    line.remove_prefix(std::min(line.find(','), line.size()));
    if (!line.empty()) line.remove_prefix(1);
  }
  return pairs;
}

template <typename Number>
absl::Status read_number(const Pair& pair, Number& out) {
  const char* end = pair.value.data() + pair.value.size();
  Number value{};
  const auto result = std::from_chars(pair.value.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) {
    return invalid_field("parameters text: ", pair.key, " is ", quote(pair.value),
                         ", expected a number in range");
  }
  out = value;
  return absl::OkStatus();
}

absl::Status read_size(const Pair& pair, GenerationParameters& out) {
  const size_t cross = pair.value.find('x');
  if (cross == std::string::npos) {
    return invalid_field("parameters text: Size is ", quote(pair.value), ", expected WIDTHxHEIGHT");
  }
  EASEL_RETURN_IF_ERROR(read_number({pair.key, pair.value.substr(0, cross)}, out.width));
  return read_number({pair.key, pair.value.substr(cross + 1)}, out.height);
}

absl::Status read_pair(const Pair& pair, GenerationParameters& out) {
  constexpr std::string_view kOurVersion = "easel ";
  if (pair.key == "Steps") return read_number(pair, out.steps);
  if (pair.key == "CFG scale") return read_number(pair, out.guidance);
  if (pair.key == "True CFG scale") return read_number(pair, out.true_cfg.emplace());
  if (pair.key == "Denoising strength") return read_number(pair, out.strength.emplace());
  if (pair.key == "Seed") return read_number(pair, out.seed);
  if (pair.key == "Size") return read_size(pair, out);
  if (pair.key == "Sampler") out.sampler = pair.value;
  if (pair.key == "Model") out.model = pair.value;
  if (pair.key == "Version" && pair.value.starts_with(kOurVersion)) {
    out.version = pair.value.substr(kOurVersion.size());
  }
  return absl::OkStatus();
}

void read_prompts(std::string_view text, GenerationParameters& out) {
  constexpr std::string_view kNegative = "Negative prompt:";
  for (size_t line = 0; line != std::string_view::npos;) {
    if (text.substr(line).starts_with(kNegative)) {
      std::string_view negative = text.substr(line + kNegative.size());
      if (negative.starts_with(' ')) negative.remove_prefix(1);
      out.negative_prompt = std::string(negative);
      out.prompt = text.substr(0, line == 0 ? 0 : line - 1);
      return;
    }
    line = text.find('\n', line);
    if (line != std::string_view::npos) ++line;
  }
  out.prompt = text;
}

}  // namespace

absl::StatusOr<GenerationParameters> parse_a1111_parameters(std::string_view text) {
  constexpr size_t kFewestPairs = 3;
  GenerationParameters out;
  const size_t newline = text.rfind('\n');
  const size_t last_line = newline == std::string_view::npos ? 0 : newline + 1;
  const std::vector<Pair> pairs = split_pairs(text.substr(last_line));
  if (pairs.size() < kFewestPairs) {
    read_prompts(text, out);
    return out;
  }
  for (const Pair& pair : pairs) EASEL_RETURN_IF_ERROR(read_pair(pair, out));
  if (newline != std::string_view::npos) read_prompts(text.substr(0, newline), out);
  return out;
}

}  // namespace easel

#include "engine/image/a1111_parameters.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace easel {
namespace {

// The shortest text that reads back as the same number: 7 → "7".
std::string number(double value) {
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

// A1111 quotes for comma, colon and newline; we also do for what its reader would strip or take for
// a quote.
bool needs_quotes(std::string_view value) {
  if (value.empty()) return false;
  if (value.front() == ' ' || value.back() == ' ') return true;
  for (const char c : value) {
    if (c == ',' || c == ':' || c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ')
      return true;
  }
  return false;
}

std::string quote_if_needed(std::string_view value) {
  if (!needs_quotes(value)) return std::string(value);
  // A file name may be no UTF-8; that must not throw.
  return nlohmann::json(value).dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                                    nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string a1111_parameters(const GenerationParameters& parameters) {
  std::string text = parameters.prompt;
  if (parameters.negative_prompt)
    text += concat("\nNegative prompt: ", *parameters.negative_prompt);
  text += concat("\nSteps: ", parameters.steps, ", Sampler: ", quote_if_needed(parameters.sampler),
                 ", CFG scale: ", number(parameters.guidance));
  if (parameters.true_cfg) text += concat(", True CFG scale: ", number(*parameters.true_cfg));
  text += concat(", Seed: ", parameters.seed, ", Size: ", parameters.width, 'x', parameters.height,
                 ", Model: ", quote_if_needed(parameters.model));
  if (parameters.strength) text += concat(", Denoising strength: ", number(*parameters.strength));
  return concat(text, ", Version: ", quote_if_needed(concat("easel ", parameters.version)));
}

}  // namespace easel

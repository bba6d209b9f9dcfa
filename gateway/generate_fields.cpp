#include "gateway/generate_fields.h"

#include <algorithm>

#include "base/strings.h"
#include "base/utf8.h"

namespace easel {
namespace {

constexpr int64_t kMaxSeed = (int64_t{1} << 53) - 1;  // what every JSON reader keeps exactly
constexpr int64_t kMaxImages = 8;
constexpr double kMaxGuidance = 30;

}  // namespace

GenerateFields read_generate_fields(JsonFields& fields) {
  GenerateFields read;
  read.negative_prompt = read_prompt(fields, "negative_prompt");
  read.width = fields.whole_number("width", kMinAskedSide, kMaxAskedSide);
  read.height = fields.whole_number("height", kMinAskedSide, kMaxAskedSide);
  read.steps = fields.whole_number("steps", 1, kMaxSteps);
  read.num_images = fields.whole_number("num_images", 1, kMaxImages);
  read.seed = fields.whole_number("seed", 0, kMaxSeed);
  read.guidance = fields.number("guidance", 0, kMaxGuidance);
  read.sampler = read_name(fields, "sampler");
  return read;
}

std::optional<std::string> read_prompt(JsonFields& fields, std::string_view name) {
  std::optional<std::string> text = fields.text(name);
  if (text && count_code_points(*text) > kMaxPromptCodePoints) {
    fields.fail(name, concat("must have at most ", kMaxPromptCodePoints, " characters"));
  }
  return text;
}

std::string read_name(JsonFields& fields, std::string_view name) {
  std::string text = fields.text(name).value_or("");
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
  if (!plain || text.size() > kMaxNameBytes) {
    fields.fail(name, concat("must be at most ", kMaxNameBytes, " plain characters"));
  }
  return text;
}

}  // namespace easel

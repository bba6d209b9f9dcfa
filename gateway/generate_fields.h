// The fields that tell how to draw, and what they may be: a body's, a form's, and the defaults that
// a session keeps. Stateless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/json_body.h"

namespace easel {

inline constexpr size_t kMaxPromptCodePoints = 4096;
// Sides that can be asked for, before they are clamped.
inline constexpr int64_t kMinAskedSide = 16, kMaxAskedSide = 1'000'000;
inline constexpr int64_t kMaxSteps = 200;
inline constexpr size_t kMaxNameBytes = 128;  // of engines, samplers, sessions

// nullopt and "": not given.
struct GenerateFields {
  std::optional<std::string> negative_prompt;
  std::optional<int64_t> width, height;  // pixels, as asked for
  std::optional<int64_t> steps, num_images, seed;
  std::optional<double> guidance;
  std::string sampler;
};

// Reads all of them; what is wrong is kept in `fields`.
GenerateFields read_generate_fields(JsonFields& fields);

// A text of at most kMaxPromptCodePoints.
std::optional<std::string> read_prompt(JsonFields& fields, std::string_view name);

// At most kMaxNameBytes visible ASCII letters without quotes and backslashes; "" when not given.
std::string read_name(JsonFields& fields, std::string_view name);

}  // namespace easel

// The text under the PNG key "parameters" that AUTOMATIC1111's web UI and the tools around it read:
//
//   a cat on a mat
//   Negative prompt: dog
//   Steps: 20, Sampler: euler, CFG scale: 3.5, Seed: 7, Size: 512x512, Model: demo, Version: easel
//   0.1.0
//
// Prompts stand unquoted in it, so it cannot hold every one: when a line of the prompt begins with
// "Negative prompt:", the reader takes that line and what follows for the negative prompt. All else
// comes back as it was. The runtime's own JSON chunk is the exact record; this one is for other
// programs. Reference: stable-diffusion-webui modules/infotext_utils.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

struct GenerationParameters {
  std::string prompt;
  std::optional<std::string> negative_prompt;  // an empty one is written, and differs from none
  int steps = 0;
  std::string sampler;
  double guidance = 0;             // "CFG scale"; FLUX's distilled guidance too
  std::optional<double> true_cfg;  // "True CFG scale"
  uint64_t seed = 0;
  int width = 0;   // pixels
  int height = 0;  // pixels
  std::string model;
  std::optional<double> strength;  // "Denoising strength"
  std::string version;             // of easel; without the name: "0.1.0"
};

// All strings are UTF-8. Values with a comma, colon, quote or newline are written as JSON strings.
std::string a1111_parameters(const GenerationParameters& parameters);

// The fields that `text` names; those it doesn't keep their defaults, keys unknown here are
// skipped, and a text whose last line has fewer than three pairs is all prompt (as A1111 reads it).
// "Version" counts only when it is easel's. INVALID_FIELD when a number is not one or is out of
// range.
absl::StatusOr<GenerationParameters> parse_a1111_parameters(std::string_view text);

}  // namespace easel

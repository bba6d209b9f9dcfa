// The options of `easel generate`, and the request that they make.
#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/generate.h"
#include "services/cli/model_choice.h"

namespace easel {

// As typed: numbers are read later, so that a wrong one gets a message of ours.
struct GenerateOptions {
  ModelChoice model;
  std::optional<std::string> prompt, prompt_file, negative_prompt;
  std::optional<std::string> width, height, steps, guidance, true_cfg, seed, num_images;
  std::optional<std::string> max_sequence_length, strength, preview_every;
  std::string sampler;
  std::optional<std::string> image, mask, latents;  // paths
  std::vector<std::string> options;
  std::optional<std::string> output, save_tensors;  // paths
  bool json = false;
  bool quiet = false;
};

// `options` must outlive the parsing.
void add_generate_options(CLI::App& app, GenerateOptions& options);

// Reads every value and every file that is named; `in` for `--prompt-file -`. Ranges that depend on
// the model are the engine's to check. INVALID_FIELD names the option.
absl::StatusOr<GenerateRequest> make_request(const GenerateOptions& options, std::istream& in);

}  // namespace easel

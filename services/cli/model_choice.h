// The options that say which model computes, and on what: the same for every command that draws.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/model.h"

namespace easel {

// As typed.
struct ModelChoice {
  std::string model;  // "": the registry's default
  std::string dtype = "auto";
  std::string device = "auto";
  std::vector<std::string> components;
  std::optional<std::string> threads;
  std::optional<std::string> memory_budget;
};

// Adds an option whose value may be empty, which CLI11's own optional values may not.
CLI::Option* add_text_option(CLI::App& app, const std::string& name,
                             std::optional<std::string>& value, const std::string& help);

// Adds an option that may be given several times, each time with one value.
CLI::Option* add_repeated_option(CLI::App& app, const std::string& name,
                                 std::vector<std::string>& values, const std::string& help);

void add_model_options(CLI::App& app, ModelChoice& choice);

// Finds the model by the environment's places. INVALID_FIELD, MODEL_MISSING.
absl::StatusOr<ModelOptions> resolve_model(const ModelChoice& choice);

// Finds and opens it, and sets the number of threads first.
absl::StatusOr<std::unique_ptr<Model>> open_chosen_model(const ModelChoice& choice,
                                                         Retention retention);

}  // namespace easel

// The recorded runs of the reference: tests/data/flux/cases.json and cases/<name>.safetensors.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/api/model.h"
#include "tests/support/tensors.h"

namespace easel::testing {

struct GoldenCase {
  std::string name;
  nlohmann::json arguments;

  GenerateRequest request() const;
  TensorMap tensors() const { return load_data("flux/cases/" + name + ".safetensors"); }
};

std::vector<GoldenCase> golden_cases();

// The tiny model of a case, opened on the CPU.
std::unique_ptr<Model> open_golden_model(const std::string& model, ComputeDtype dtype);

}  // namespace easel::testing

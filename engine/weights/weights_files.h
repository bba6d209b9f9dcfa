// Which file of a component's folder holds its weights.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"

namespace easel {

struct WeightsFile {
  std::filesystem::path path;
  bool is_index = false;  // path is a *.index.json that names shards beside it
};

// In the reference's order: diffusion_pytorch_model.safetensors.index.json (as diffusers),
// diffusion_pytorch_model.safetensors, model.safetensors (as transformers),
// model.safetensors.index.json; when none is there, the first by name that has a variant
// (diffusion_pytorch_model.fp16.safetensors, model.safetensors.index.fp16.json). COMPONENT_MISSING
// when there are no weights; BAD_WEIGHTS when there are pickle files only.
absl::StatusOr<WeightsFile> find_weights_file(const std::filesystem::path& folder);

}  // namespace easel

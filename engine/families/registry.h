// The families that there are: one line each in registry.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/api/model_report.h"
#include "engine/families/pipeline.h"
#include "engine/weights/model_folder.h"

namespace easel {

struct Family {
  std::string name;
  // The class names in model_index.json that it serves.
  std::vector<std::string> pipeline_classes;
  absl::StatusOr<std::unique_ptr<Pipeline>> (*open)(const ModelFolder& folder,
                                                    const ComputeOptions& options);
  // "dev", "schnell", from configs alone.
  absl::StatusOr<std::string> (*detect_variant)(const ModelFolder& folder);
  // The component whose stored dtype decides what `--dtype auto` computes in.
  std::string main_component;
  std::vector<Capability> capabilities;
  int64_t max_start_images = 1;  // that a request can start from
};

const std::vector<Family>& families();

// BAD_WEIGHTS, naming what is supported, when no family serves the folder's pipeline class.
absl::StatusOr<const Family*> find_family(const ModelFolder& folder);

}  // namespace easel

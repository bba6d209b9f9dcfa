// The published models whose sizes are known without a file of theirs: for `easel plan`, before
// anything is downloaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/memory/residency_plan.h"

namespace easel {

struct PublishedModel {
  std::string name;    // "flux-dev"
  std::string family;  // "flux"
  std::string title;   // "FLUX.1-dev"
  // In the order in which a request comes past them. `format`: "fp32", "bf16", "fp16".
  std::vector<ComponentFootprint> (*components)(const std::string& format);
};

const std::vector<PublishedModel>& published_models();

// None for a name that is not among them.
const PublishedModel* find_published_model(const std::string& name);

}  // namespace easel

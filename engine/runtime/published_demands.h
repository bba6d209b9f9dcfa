// What a request takes of a published model, from its size alone: no file of the model is needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/memory/residency_plan.h"

namespace easel {

struct PublishedRequest {
  int64_t width = 1024, height = 1024;
  int64_t num_images = 1;
  int64_t steps = 0;       // 0: the model's own
  int64_t dtype_size = 2;  // bytes of a value that is computed with
  bool device_is_host = false;
};

// The steps that the model's own pipeline takes by default.
int64_t published_steps(const std::string& model);

// In order of execution. FLUX and every AutoencoderKL by the sizes that this engine's own modules
// take; the others, whose code is not here yet, by tokens × width × a factor: estimates.
// `model` is one of published_models().
std::vector<StageDemand> published_demands(const std::string& model,
                                           const PublishedRequest& request);

}  // namespace easel

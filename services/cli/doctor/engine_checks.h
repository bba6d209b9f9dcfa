// The checks that ask the engine; what they find is judged in the files of each check.
#pragma once

#include <cstdint>

#include "services/cli/doctor/finding.h"
#include "services/models/model_places.h"

namespace easel {

void check_libtorch(const FindingSink& sink);

// Driver, devices, and what libtorch sees of them.
void check_gpus(const FindingSink& sink);

// On the device that "auto" means.
void check_bandwidth(const FindingSink& sink);

// A finding a model, as they are read.
void check_models(const ModelPlaces& places, const FindingSink& sink);

// Draws one step with the demo model when it is whole, else with the whole one of the fewest bytes,
// unless that has more than `usable_bytes` of memory.
void check_generation(const ModelPlaces& places, int64_t usable_bytes, const FindingSink& sink);

}  // namespace easel

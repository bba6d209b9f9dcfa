// What `easel generate` says of its result.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/api/generate.h"

namespace easel {

// One JSON object: {"images": [paths], "seed", "width", "height", "steps", "family", "variant",
// "dtype", "device", "seconds": {stage: s}, "peak_memory_bytes", "memory": {"before", "peak",
// "after": {"total", "base", "weights", "activations", "cache", "workspace", "pinned"}, "budget",
// "planned_peak"}, "warnings": […]}.
std::string generate_json(const GenerateResult& result,
                          const std::vector<std::filesystem::path>& paths);

// "seed 7, 128 x 128, 20 steps, bf16 on cpu; load 0.1 s, denoise 3.2 s; peak memory 210 MiB"
std::string generate_summary(const GenerateResult& result);

}  // namespace easel

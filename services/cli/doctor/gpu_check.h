// The GPUs: driver, devices, and whether libtorch can use them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/api/libtorch_facts.h"
#include "services/cli/doctor/finding.h"
#include "services/cli/doctor/nvidia_driver.h"

namespace easel {

// The oldest driver that runs programs built for this CUDA (13000 is 13.0), by its first number;
// nothing for one that is not known. https://docs.nvidia.com/deploy/cuda-compatibility
std::optional<int> oldest_driver(int cuda_version);

// One finding for the driver, then one a device. No GPU at all is ok. `torch` was read with
// LookForGpus::kYes when there is a driver.
std::vector<Finding> judge_gpus(const NvidiaFacts& nvidia, const LibtorchFacts& torch);

}  // namespace easel

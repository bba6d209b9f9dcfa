// What a plan has to work with, on the device that computes.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/memory/transfer_device.h"
#include "engine/runtime/planned_residency.h"

namespace easel {

// Brings weights to `device`. OUT_OF_MEMORY, INFERENCE_FAILED.
absl::StatusOr<std::unique_ptr<TransferDevice>> make_transfer_device(at::Device device);

// Asked before each job: how much of the budget is taken already by what is not the job's.
// INVALID_FIELD for a device that is not there.
absl::StatusOr<ReadLimits> limits_reader(int64_t budget_bytes, const ComputeOptions& compute);

// How fast jobs' plans take copying to be. Of a GPU MemoryLimits says that itself.
void assume_job_speeds(MemoryLimits& limits);

}  // namespace easel

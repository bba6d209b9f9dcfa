// Which device a model runs on, and in which dtype.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/api/model.h"
#include "engine/families/pipeline.h"
#include "engine/nn/dtype_map.h"
#include "engine/weights/checkpoint.h"

namespace easel {

// "cpu", "cuda", "cuda:N", or "auto": the first GPU where there is one, else the CPU. Loads
// libtorch's CUDA part when a GPU is asked for, and lets its matrix products use TF32.
// INVALID_FIELD when the device is not there.
absl::StatusOr<at::Device> choose_device(const std::string& name);

// The dtype asked for; for auto the one that most of `main` is stored in, but fp16 becomes bf16 on
// a CPU that computes bf16 in hardware (fp16 is several times slower there) and fp32 on another.
at::ScalarType choose_dtype(ComputeDtype asked, const Checkpoint& main, at::Device device);

}  // namespace easel

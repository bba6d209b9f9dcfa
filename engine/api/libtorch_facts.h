// What libtorch says of itself and of the GPUs that it can compute on.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace easel {

// A value.
struct LibtorchFacts {
  std::string version;            // "2.11.0"
  std::string folder;             // where its libraries lie; "" when unknown
  std::string cpu_capability;     // which of its kernels this processor takes: "AVX2", "AVX512"
  int threads = 0;                // that it computes with
  bool has_cuda_library = false;  // libtorch_cuda.so lies there
  // Only when GPUs were asked for:
  int num_gpus = 0;
  int cuda_version = 0;     // that it was built for: 13000 is 13.0; 0: unknown
  std::string gpu_problem;  // why there are none, in words of libtorch or the loader
};

enum class LookForGpus { kNo, kYes };

// kYes loads libtorch's CUDA part, which takes seconds and stays loaded.
LibtorchFacts read_libtorch_facts(LookForGpus look);

// Multiplies two small matrices in fp32 and bf16 on `device` (as ModelOptions names it) and checks
// the result. INFERENCE_FAILED, INVALID_FIELD.
absl::Status try_libtorch(const std::string& device);

}  // namespace easel

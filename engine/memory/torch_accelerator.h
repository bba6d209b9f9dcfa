// A GPU through libtorch's generic interfaces: the program needs no CUDA header, and finds CUDA
// where libtorch_cuda is loaded.
#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "absl/status/statusor.h"
#include "engine/memory/accelerator_runtime.h"

namespace easel {

// Its compute queue is the stream that is current on the calling thread, its copy queue a stream of
// libtorch's pool. Memory comes from libtorch's caching allocators. INFERENCE_FAILED for a device
// without streams.
absl::StatusOr<std::shared_ptr<AcceleratorRuntime>> make_torch_accelerator(at::Device device);

}  // namespace easel

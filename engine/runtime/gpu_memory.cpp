#include "engine/runtime/gpu_memory.h"

#include <c10/core/AllocatorConfig.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "absl/strings/str_format.h"
#include "base/error.h"

namespace easel {
namespace {

// Guesses until they are measured on GPUs of several generations.
//
// The context, and the code of libtorch's, cuBLAS's and cuDNN's kernels, which is loaded when a
// kernel runs first.
constexpr int64_t kUsualBesideAllocator = int64_t{640} << 20;
// More than this is other processes' too.
constexpr int64_t kMostBesideAllocator = int64_t{1536} << 20;
// Workspaces of cuBLAS and cuDNN, which lie in the allocator, and what its rounding takes.
constexpr int64_t kWorkspace = int64_t{256} << 20;

using c10::CachingAllocator::Stat;
using c10::CachingAllocator::StatType;

bool says_how_to_allocate() {
  return std::getenv("PYTORCH_ALLOC_CONF") != nullptr ||
         std::getenv("PYTORCH_CUDA_ALLOC_CONF") != nullptr;
}

}  // namespace

GpuMemory read_gpu_memory(at::Device device) {
  GpuMemory memory;
  try {
    c10::DeviceAllocator* const allocator = c10::getDeviceAllocator(device.type());
    const auto [free, total] = allocator->getMemoryInfo(device.index());
    memory.free = static_cast<int64_t>(free);
    memory.total = static_cast<int64_t>(total);
    if (!allocator->initialized()) return memory;
    const Stat reserved = allocator->getDeviceStats(device.index())
                              .reserved_bytes[static_cast<size_t>(StatType::AGGREGATE)];
    memory.reserved = reserved.current;
  } catch (const c10::Error&) {
    return {};
  }
  return memory;
}

int64_t bytes_beside_allocator(const GpuMemory& memory) {
  const int64_t beside = memory.total - memory.free - memory.reserved;
  if (beside > kMostBesideAllocator) return kUsualBesideAllocator;
  return std::max(beside, kUsualBesideAllocator);
}

int64_t gpu_base_bytes(const GpuMemory& memory) {
  return bytes_beside_allocator(memory) + kWorkspace;
}

MemoryLimits gpu_limits(int64_t budget_bytes, int64_t kept_bytes, const GpuMemory& memory,
                        int64_t free_host_bytes) {
  MemoryLimits limits;
  limits.budget_bytes = budget_bytes;
  limits.base_bytes = gpu_base_bytes(memory);
  limits.host_bytes = free_host_bytes + kept_bytes;
  limits.pinned_bytes = limits.host_bytes / 2;
  return limits;
}

double allocator_share(int64_t budget_bytes, const GpuMemory& memory) {
  if (memory.total <= 0) return 1;
  const auto share = static_cast<double>(budget_bytes - bytes_beside_allocator(memory)) /
                     static_cast<double>(memory.total);
  return std::clamp(share, 0.0, 1.0);
}

absl::Status cap_allocator(int64_t budget_bytes, at::Device device) {
  std::string settings = absl::StrFormat("per_process_memory_fraction:%.9f",
                                         allocator_share(budget_bytes, read_gpu_memory(device)));
  // Segments that grow leave no gaps between blocks of different sizes.
  if (!says_how_to_allocate()) settings += ",expandable_segments:True";
  try {
    c10::CachingAllocator::setAllocatorSettings(settings);
  } catch (const c10::Error& error) {
    return invalid_field("memory budget: libtorch cannot be kept within it: ",
                         error.what_without_backtrace());
  }
  return absl::OkStatus();
}

}  // namespace easel

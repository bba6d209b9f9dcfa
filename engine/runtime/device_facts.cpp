#include "engine/runtime/device_facts.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "engine/api/copy_speeds.h"
#include "engine/api/device_monitor.h"
#include "engine/runtime/compute_choice.h"
#include "engine/runtime/gpu_memory.h"

namespace easel {
namespace {

constexpr double kPcie4BytesPerSecond = 25e9;  // pinned, x16, as measured by many
// In-model rates of an RTX 3090 to 4090 are 62 and 140 TFLOP/s in bf16; tensor cores in TF32 do a
// fourth.
constexpr double kGpuFlops = 100e12;
constexpr double kGpuFp32Flops = 25e12;
// Measured on an AVX-512 core with bf16 instructions.
constexpr double kCoreBf16Flops = 98e9;
constexpr double kCoreFp32Flops = 38e9;
constexpr double kCoreFp16Flops = 11e9;

bool names_gpu(const std::string& device) { return device.rfind("cuda", 0) == 0; }

std::string speed(double bytes_per_second) {
  return absl::StrFormat("%.1f GB/s", bytes_per_second / 1e9);
}

}  // namespace

absl::StatusOr<DeviceFacts> find_device(const std::string& device) {
  DeviceFacts facts;
  // Before libtorch's own threads and buffers grow.
  facts.base_bytes = resident_bytes();
  facts.free_host_bytes = available_memory_bytes();
  const absl::StatusOr<at::Device> chosen = choose_device(device);
  if (!chosen.ok() && !names_gpu(device)) return chosen.status();
  facts.is_host = chosen.ok() && chosen->is_cpu();
  if (facts.is_host) {
    facts.name = "cpu";
    facts.total_bytes = machine_memory_bytes();
    return facts;
  }
  facts.base_bytes = gpu_base_bytes(GpuMemory{});
  facts.found = chosen.ok();
  facts.planned_for = at::Device(at::kCUDA, 0);
  facts.name = concat(device, " (assumed)");
  if (!facts.found) return facts;
  facts.planned_for = *chosen;
  facts.name = chosen->str();
  at::empty({1}, at::TensorOptions(*chosen));  // its allocator knows the size once it is used
  EASEL_ASSIGN_OR_RETURN(const auto monitor, make_device_monitor(device));
  facts.total_bytes = monitor->read().total;
  facts.base_bytes = gpu_base_bytes(read_gpu_memory(*chosen));
  return facts;
}

at::ScalarType published_dtype(ComputeDtype asked) {
  switch (asked) {
    case ComputeDtype::kFp32:
      return at::kFloat;
    case ComputeDtype::kFp16:
      return at::kHalf;
    default:
      return at::kBFloat16;
  }
}

absl::StatusOr<double> measured_upload(const DeviceFacts& device) {
  if (!device.found) return kPcie4BytesPerSecond;
  EASEL_ASSIGN_OR_RETURN(const CopySpeeds speeds, measure_copy_speeds(device.name));
  return device.is_host ? speeds.host_one_core
                        : speeds.pinned_to_device.value_or(kPcie4BytesPerSecond);
}

double assumed_flops(const DeviceFacts& device, ComputeDtype dtype) {
  if (!device.is_host) return dtype == ComputeDtype::kFp32 ? kGpuFp32Flops : kGpuFlops;
  const auto cores = static_cast<double>(std::max(at::get_num_threads(), 1));
  if (dtype == ComputeDtype::kFp32) return cores * kCoreFp32Flops;
  return cores * (dtype == ComputeDtype::kFp16 ? kCoreFp16Flops : kCoreBf16Flops);
}

std::vector<std::string> describe_limits(const MemoryLimits& limits, const DeviceFacts& device,
                                         const MemoryAssumptions& given) {
  const auto from = [](bool is_given, const char* otherwise) {
    return is_given ? "given" : otherwise;
  };
  std::vector<std::string> lines;
  if (limits.base_bytes > 0) {
    lines.push_back(
        concat(device.is_host ? "this process before anything loads: "
                              : "CUDA itself, its kernels and workspaces: ",
               format_byte_size(limits.base_bytes), " (",
               from(given.base_bytes.has_value(), device.is_host ? "measured" : "assumed"), ")"));
  }
  lines.push_back(concat("host memory beside it for weights: ", format_byte_size(limits.host_bytes),
                         " (", from(given.host_bytes.has_value(), "free now"), ")"));
  lines.push_back(concat(
      "from host memory: ", speed(limits.upload_bytes_per_second), " (",
      from(given.upload_bytes_per_second.has_value(), device.found ? "measured" : "assumed"), ")"));
  lines.push_back(concat("from disk: ", speed(limits.disk_bytes_per_second), " (",
                         from(given.disk_bytes_per_second.has_value(), "assumed"), ")"));
  lines.push_back(absl::StrFormat("computing: %.2f TFLOP/s (%s)", limits.flops_per_second / 1e12,
                                  from(given.flops_per_second.has_value(), "assumed")));
  return lines;
}

}  // namespace easel

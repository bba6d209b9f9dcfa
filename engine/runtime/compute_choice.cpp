#include "engine/runtime/compute_choice.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <dlfcn.h>

#include <filesystem>
#include <map>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "engine/nn/dtype_map.h"

namespace easel {
namespace {

bool gpu_node_present() {
  std::error_code error;
  return std::filesystem::exists("/dev/nvidiactl", error) ||
         std::filesystem::exists("/dev/dxg", error);
}

// libtorch_cuda registers its kernels when it is loaded; a process on the CPU never pays for it.
bool load_cuda() {
  static const bool loaded = ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr;
  return loaded && at::globalContext().hasCUDA();
}

absl::StatusOr<at::Device> cuda_device(const std::string& name, int index) {
  if (!load_cuda()) {
    const char* cause = ::dlerror();
    return invalid_field("device ", name, " is not there: ",
                         cause != nullptr ? cause : "libtorch finds no CUDA device",
                         "; use --device cpu");
  }
  const int count = static_cast<int>(at::getNumGPUs());
  if (index >= count)
    return invalid_field("device ", name, " is not there: there are ", count, " CUDA devices");
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(true);
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

bool cpu_has_bf16() { return __builtin_cpu_supports("avx512bf16") != 0; }

}  // namespace

absl::StatusOr<at::Device> choose_device(const std::string& name) {
  if (name == "cpu") return at::Device(at::kCPU);
  if (name == "auto") {
    if (!gpu_node_present()) return at::Device(at::kCPU);
    auto device = cuda_device("cuda:0", 0);
    return device.ok() ? *device : at::Device(at::kCPU);
  }
  int index = 0;
  const bool numbered = name.starts_with("cuda:") && absl::SimpleAtoi(name.substr(5), &index) &&
                        index >= 0 && index < 128;
  if (name == "cuda" || numbered) return cuda_device(name, index);
  return invalid_field("device '", name, "' is unknown: allowed are auto, cpu, cuda and cuda:N");
}

at::ScalarType choose_dtype(ComputeDtype asked, const Checkpoint& main, at::Device device) {
  if (asked == ComputeDtype::kFp32) return at::kFloat;
  if (asked == ComputeDtype::kBf16) return at::kBFloat16;
  if (asked == ComputeDtype::kFp16) return at::kHalf;
  std::map<DType, size_t> bytes;
  for (const std::string& name : main.names()) {
    const TensorInfo& info = *main.find(name)->info;
    bytes[info.dtype] += info.bytes;
  }
  DType most = DType::kF32;
  for (const auto& [dtype, count] : bytes) {
    if (count > bytes[most]) most = dtype;
  }
  if (most == DType::kBF16) return at::kBFloat16;
  if (most != DType::kF16) return at::kFloat;
  if (!device.is_cpu()) return at::kHalf;
  return cpu_has_bf16() ? at::kBFloat16 : at::kFloat;
}

}  // namespace easel

#include "engine/api/libtorch_facts.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include <filesystem>

#include "base/error.h"
#include "engine/runtime/compute_choice.h"

namespace easel {
namespace {

constexpr int64_t kSide = 64;

// Of the shared object that holds ATen's functions.
std::string library_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&at::get_cpu_capability), &info) == 0) return "";
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, error);
  return error ? "" : file.parent_path().string();
}

void look_for_gpus(LibtorchFacts& facts) {
  const absl::StatusOr<at::Device> device = choose_device("cuda:0");
  if (!device.ok()) facts.gpu_problem = std::string(to_std(device.status().message()));
  facts.num_gpus = device.ok() ? static_cast<int>(at::getNumGPUs()) : 0;
  // Without the CUDA part the hooks throw.
  if (at::detail::getCUDAHooks().hasCUDART()) {
    facts.cuda_version = static_cast<int>(at::detail::getCUDAHooks().versionCUDART());
  }
}

// A product of ones is the length of their rows in every place, exactly in every dtype.
absl::Status multiply_ones(at::Device device, at::ScalarType dtype) {
  const at::Tensor ones = at::ones({kSide, kSide}, at::TensorOptions(device).dtype(dtype));
  const at::Tensor wrong = ones.matmul(ones).to(at::kFloat).ne(static_cast<double>(kSide)).sum();
  const auto count = wrong.item<int64_t>();
  if (count == 0) return absl::OkStatus();
  return make_error(Reason::kInferenceFailed,
                    concat("a matrix product in ", dtype_label(dtype), " has ", count, " of ",
                           kSide * kSide, " values wrong"));
}

}  // namespace

LibtorchFacts read_libtorch_facts(LookForGpus look) {
  LibtorchFacts facts;
  facts.version = TORCH_VERSION;
  facts.folder = library_folder();
  facts.cpu_capability = at::get_cpu_capability();
  facts.threads = at::get_num_threads();
  std::error_code error;
  facts.has_cuda_library =
      std::filesystem::exists(std::filesystem::path(facts.folder) / "libtorch_cuda.so", error);
  if (look == LookForGpus::kYes) look_for_gpus(facts);
  return facts;
}

absl::Status try_libtorch(const std::string& name) {
  EASEL_ASSIGN_OR_RETURN(const at::Device device, choose_device(name));
  try {
    for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
      EASEL_RETURN_IF_ERROR(multiply_ones(device, dtype));
    }
  } catch (const c10::Error& error) {
    return make_error(Reason::kInferenceFailed, error.what_without_backtrace());
  }
  return absl::OkStatus();
}

}  // namespace easel

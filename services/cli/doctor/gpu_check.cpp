#include "services/cli/doctor/gpu_check.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr char kName[] = "gpu";
// What this program is built with when libtorch does not say.
constexpr int kUsualCuda = 13000;
constexpr int64_t kFewBytesFree = int64_t{2} << 30;

std::optional<int> major_of(const std::string& version) {
  int major = 0;
  if (!absl::SimpleAtoi(version.substr(0, version.find('.')), &major)) return std::nullopt;
  return major;
}

std::string cuda_text(int version) {
  return concat("CUDA ", version / 1000, ".", version % 1000 / 10);
}

// Nothing when libtorch finds a GPU.
std::optional<Finding> judge_driver(const NvidiaFacts& nvidia, const LibtorchFacts& torch,
                                    const std::string& found) {
  const int cuda = torch.cuda_version > 0 ? torch.cuda_version : kUsualCuda;
  const std::optional<int> wanted = oldest_driver(cuda);
  const std::optional<int> have = major_of(nvidia.driver_version);
  if (have && wanted && *have < *wanted) {
    return fail(kName, found,
                concat("the driver is too old for ", cuda_text(cuda), ", which wants ", *wanted,
                       " or newer: the CPU is used"),
                concat("install NVIDIA's driver ", *wanted, " or newer"));
  }
  if (!torch.has_cuda_library) {
    return warn(kName, found, "this libtorch is for the CPU alone: libtorch_cuda.so is not there",
                "build with a libtorch for CUDA (EASEL_TORCH_ROOT), or use the CPU");
  }
  if (torch.num_gpus > 0) return std::nullopt;
  return fail(
      kName, found,
      concat("libtorch finds no device: ",
             torch.gpu_problem.empty() ? nvidia.problem : torch.gpu_problem, "; the CPU is used"),
      "see that nvidia-smi shows the device; in a container pass it in (--gpus all); "
      "CUDA_VISIBLE_DEVICES hides devices");
}

Finding judge_device(size_t index, const NvidiaDevice& device) {
  const std::string name = concat(kName, " ", index);
  std::string found =
      concat(device.name, ", ", format_byte_size(device.total_bytes), ", ",
             format_byte_size(device.free_bytes), " free",
             absl::StrFormat(", compute %d.%d", device.compute_major, device.compute_minor));
  if (device.pcie_generation > 0 && device.pcie_lanes > 0) {
    found += concat(", PCIe ", device.pcie_generation, " x", device.pcie_lanes, " now");
  }
  if (device.total_bytes > 0 && device.free_bytes < kFewBytesFree) {
    return warn(name, found, "other programs use nearly all of its memory",
                "end them (nvidia-smi lists them), or choose another with --device cuda:N");
  }
  return ok(name, found);
}

}  // namespace

std::optional<int> oldest_driver(int cuda_version) {
  switch (cuda_version / 1000) {
    case 11:
      return 450;
    case 12:
      return 525;
    case 13:
      return 580;
    default:
      return std::nullopt;
  }
}

std::vector<Finding> judge_gpus(const NvidiaFacts& nvidia, const LibtorchFacts& torch) {
  if (nvidia.driver_version.empty()) {
    if (!nvidia.card_present) return {ok(kName, "none found, the CPU is used")};
    return {warn(kName, "an NVIDIA card is there, its driver is not: the CPU is used",
                 nvidia.problem,
                 "install NVIDIA's driver 580 or newer; in a container pass the "
                 "device in (--gpus all)")};
  }
  std::string found = concat("NVIDIA driver ", nvidia.driver_version);
  if (torch.cuda_version > 0) found += concat(", libtorch for ", cuda_text(torch.cuda_version));
  if (std::optional<Finding> problem = judge_driver(nvidia, torch, found)) return {*problem};
  std::vector<Finding> findings = {
      ok(kName, concat(found, ", ", torch.num_gpus, torch.num_gpus == 1 ? " device" : " devices"))};
  for (size_t i = 0; i < nvidia.devices.size(); ++i) {
    findings.push_back(judge_device(i, nvidia.devices[i]));
  }
  return findings;
}

}  // namespace easel

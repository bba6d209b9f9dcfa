#include "services/cli/doctor/nvidia_driver.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/strings.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kNvidiaVendor[] = "0x10de";
constexpr char kDisplayClass[] = "0x03";  // display controllers of every kind

// What is used of https://docs.nvidia.com/deploy/nvml-api; every function returns 0 when it worked.
struct NvmlMemory {
  unsigned long long total, free, used;
};
using NvmlDevice = void*;

// Owns the driver's library while it lives.
class Nvml {
 public:
  Nvml() : library_(::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) {
      problem_ = ::dlerror();
    } else if (call("nvmlInit_v2") != 0) {
      problem_ = "the driver's library (libnvidia-ml) finds no driver that runs: nvmlInit failed";
    }
  }
  ~Nvml() {
    if (library_ == nullptr) return;
    call("nvmlShutdown");
    ::dlclose(library_);
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  const std::string& problem() const { return problem_; }

  std::string driver_version() const {
    std::array<char, 96> text{};
    call("nvmlSystemGetDriverVersion", text.data(), static_cast<unsigned>(text.size() - 1));
    return text.data();
  }

  std::vector<NvidiaDevice> devices() const {
    unsigned count = 0;
    call("nvmlDeviceGetCount_v2", &count);
    std::vector<NvidiaDevice> all;
    for (unsigned i = 0; i < count; ++i) {
      NvmlDevice handle = nullptr;
      if (call("nvmlDeviceGetHandleByIndex_v2", i, &handle) == 0) all.push_back(read(handle));
    }
    return all;
  }

 private:
  // A function that is not there is one that failed.
  template <typename... Arguments>
  int call(const char* name, Arguments... arguments) const {
    void* const symbol = ::dlsym(library_, name);
    return symbol == nullptr ? -1 : reinterpret_cast<int (*)(Arguments...)>(symbol)(arguments...);
  }

  NvidiaDevice read(NvmlDevice handle) const {
    NvidiaDevice device;
    std::array<char, 128> name{};
    call("nvmlDeviceGetName", handle, name.data(), static_cast<unsigned>(name.size() - 1));
    device.name = name.data();
    NvmlMemory memory{};
    call("nvmlDeviceGetMemoryInfo", handle, &memory);
    device.total_bytes = static_cast<int64_t>(memory.total);
    device.free_bytes = static_cast<int64_t>(memory.free);
    call("nvmlDeviceGetCudaComputeCapability", handle, &device.compute_major,
         &device.compute_minor);
    unsigned generation = 0, lanes = 0;
    call("nvmlDeviceGetCurrPcieLinkGeneration", handle, &generation);
    call("nvmlDeviceGetCurrPcieLinkWidth", handle, &lanes);
    device.pcie_generation = static_cast<int>(generation);
    device.pcie_lanes = static_cast<int>(lanes);
    return device;
  }

  void* library_;
  std::string problem_;
};

std::string first_word(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

bool card_on_bus(const fs::path& root) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / "sys/bus/pci/devices", error)) {
    if (first_word(entry.path() / "vendor") == kNvidiaVendor &&
        first_word(entry.path() / "class").starts_with(kDisplayClass)) {
      return true;
    }
  }
  return false;
}

bool is_version(const std::string& word) {
  return std::count(word.begin(), word.end(), '.') > 0 && word.front() != '.' &&
         word.back() != '.' && word.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

std::string parse_driver_version(std::string_view text) {
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (is_version(word)) return word;
  }
  return "";
}

NvidiaFacts read_nvidia_facts(const fs::path& root) {
  NvidiaFacts facts;
  facts.card_present = card_on_bus(root);
  std::ifstream version(root / "proc/driver/nvidia/version");
  std::ostringstream text;
  text << version.rdbuf();
  facts.driver_version = parse_driver_version(text.str());
  const Nvml nvml;
  facts.problem = nvml.problem();
  if (!facts.problem.empty()) return facts;
  if (facts.driver_version.empty()) facts.driver_version = nvml.driver_version();
  facts.devices = nvml.devices();
  return facts;
}

}  // namespace easel

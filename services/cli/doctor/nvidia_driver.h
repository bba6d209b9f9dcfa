// NVIDIA's driver and its devices, without CUDA: from /proc, /sys and the driver's own library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

struct NvidiaDevice {
  std::string name;
  int64_t total_bytes = 0, free_bytes = 0;
  int compute_major = 0, compute_minor = 0;
  int pcie_generation = 0,
      pcie_lanes = 0;  // as linked now: an idle device may link slower; 0: unknown
};

struct NvidiaFacts {
  bool card_present = false;   // on the PCI bus
  std::string driver_version;  // "580.65.06"; "" without a driver
  std::string problem;         // why the driver's library gives no devices; "" when it does
  std::vector<NvidiaDevice> devices;
};

// `root` is the folder that holds proc and sys. Loads libnvidia-ml where there is one, which may
// block when the driver hangs.
NvidiaFacts read_nvidia_facts(const std::filesystem::path& root = "/");

// The version in the text of /proc/driver/nvidia/version; "" where it has none.
std::string parse_driver_version(std::string_view text);

}  // namespace easel

// The processor: what it can compute with, and how many cores there are to compute on.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "services/cli/doctor/finding.h"

namespace easel {

struct CpuFacts {
  std::string architecture;     // "x86_64"
  std::string name;             // as /proc/cpuinfo has it; "" where it has none
  std::set<std::string> flags;  // as the kernel names them: "avx2", "avx512_bf16", "amx_bf16"
  int cores = 1;                // that this process may run on
  std::optional<double> cgroup_cpus;
};

// `root` is the folder that holds proc and sys.
CpuFacts read_cpu_facts(const std::filesystem::path& root = "/");

Finding judge_cpu(const CpuFacts& facts);

}  // namespace easel

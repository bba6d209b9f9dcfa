// The machine's memory, and what of it a container leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "services/cli/doctor/finding.h"

namespace easel {

// Bytes; 0 where it cannot be read.
struct MemoryFacts {
  int64_t total = 0;
  int64_t available = 0;  // without pushing others out
  int64_t swap_total = 0, swap_free = 0;
  std::optional<int64_t> cgroup_limit;
  int64_t cgroup_used = 0;

  // What this process can take: the smaller of what is free and what the limit leaves.
  int64_t usable() const;
};

// `root` is the folder that holds proc and sys.
MemoryFacts read_memory_facts(const std::filesystem::path& root = "/");

Finding judge_memory(const MemoryFacts& facts);

}  // namespace easel

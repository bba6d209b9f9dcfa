// What the control group that this process is in allows it: a container's limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace easel {

// Absent: no limit. Of nested groups the tightest.
struct CgroupLimits {
  std::optional<double> cpus;  // processor time, in cores
  std::optional<int64_t> memory_bytes;
  // By the group that has the limit, without the page cache, which the kernel takes back at need.
  int64_t memory_used_bytes = 0;
};

// Reads version 2 and version 1 (https://docs.kernel.org/admin-guide/cgroup-v2.html); what cannot
// be read is no limit. `root` is the folder that holds proc and sys.
CgroupLimits read_cgroup_limits(const std::filesystem::path& root = "/");

}  // namespace easel

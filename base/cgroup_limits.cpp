#include "base/cgroup_limits.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace easel {
namespace {

namespace fs = std::filesystem;

// Version 1 writes no limit as the largest whole number of pages.
constexpr int64_t kNoMemoryLimit = int64_t{1} << 60;

// The file's first whole number; nothing for "max", -1 and a file that is not there.
std::optional<int64_t> read_number(const fs::path& file) {
  std::ifstream in(file);
  int64_t value = 0;
  if (!(in >> value) || value < 0) return std::nullopt;
  return value;
}

void tighten_cpus(CgroupLimits& limits, std::optional<int64_t> quota,
                  std::optional<int64_t> period) {
  if (!quota || !period || *period == 0) return;
  const double cpus = static_cast<double>(*quota) / static_cast<double>(*period);
  if (!limits.cpus || cpus < *limits.cpus) limits.cpus = cpus;
}

// The pages of files in a group's memory.stat; version 1 names those of the groups below apart.
int64_t page_cache(const fs::path& stat, std::string_view prefix) {
  std::ifstream in(stat);
  std::string key;
  int64_t value = 0, sum = 0;
  while (in >> key >> value) {
    const bool counts = key.starts_with(prefix) && (key.substr(prefix.size()) == "inactive_file" ||
                                                    key.substr(prefix.size()) == "active_file");
    if (counts) sum += value;
  }
  return sum;
}

struct MemoryFiles {
  const char* limit;
  const char* used;
  const char* cache_prefix;
};
constexpr MemoryFiles kVersion2{"memory.max", "memory.current", ""};
constexpr MemoryFiles kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_"};

void tighten_memory(CgroupLimits& limits, const fs::path& group, const MemoryFiles& files) {
  const std::optional<int64_t> bytes = read_number(group / files.limit);
  if (!bytes || *bytes >= kNoMemoryLimit) return;
  if (limits.memory_bytes && *limits.memory_bytes <= *bytes) return;
  const int64_t used = read_number(group / files.used).value_or(0);
  const int64_t cache = page_cache(group / "memory.stat", files.cache_prefix);
  limits.memory_bytes = bytes;
  limits.memory_used_bytes = std::max<int64_t>(used - cache, 0);
}

void read_group(CgroupLimits& limits, const fs::path& group, std::string_view controllers) {
  if (controllers.empty()) {  // version 2: "max 100000" or "200000 100000"
    std::ifstream in(group / "cpu.max");
    int64_t quota = 0, period = 0;
    if (in >> quota >> period) tighten_cpus(limits, quota, period);
    tighten_memory(limits, group, kVersion2);
  } else if (controllers == "memory") {
    tighten_memory(limits, group, kVersion1);
  } else {
    tighten_cpus(limits, read_number(group / "cpu.cfs_quota_us"),
                 read_number(group / "cpu.cfs_period_us"));
  }
}

// The group and those above it. In a container the path may be the host's, and the mount the
// container's own: then only the mount's top is there.
void read_groups(CgroupLimits& limits, const fs::path& mount, const fs::path& path,
                 std::string_view controllers) {
  for (fs::path below = path.relative_path(); !below.empty(); below = below.parent_path()) {
    read_group(limits, mount / below, controllers);
  }
  read_group(limits, mount, controllers);
}

}  // namespace

CgroupLimits read_cgroup_limits(const fs::path& root) {
  CgroupLimits limits;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {  // "4:cpu,cpuacct:/path"
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      read_groups(limits, mounts, path, controllers);
    } else if (controllers == "memory") {
      read_groups(limits, mounts / controllers, path, controllers);
    } else if (controllers == "cpu" || controllers.starts_with("cpu,") ||
               controllers.ends_with(",cpu")) {
      read_groups(limits, mounts / controllers, path, controllers);
    }
  }
  return limits;
}

}  // namespace easel

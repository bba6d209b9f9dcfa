#include "services/cli/doctor/memory_check.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "base/byte_size.h"
#include "base/cgroup_limits.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr char kName[] = "memory";
constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kTooLittle = kGiB / 2;  // the demo model takes about 0.3 GiB, the services 0.2
constexpr int64_t kLittle = 3 * kGiB;     // below what any real model runs in

}  // namespace

int64_t MemoryFacts::usable() const {
  if (!cgroup_limit) return available;
  return std::min(available, std::max<int64_t>(*cgroup_limit - cgroup_used, 0));
}

MemoryFacts read_memory_facts(const std::filesystem::path& root) {
  MemoryFacts facts;
  std::ifstream lines(root / "proc/meminfo");
  for (std::string line; std::getline(lines, line);) {  // "MemTotal:  1234 kB"
    std::istringstream fields(line);
    std::string key;
    int64_t kibibytes = 0;
    if (!(fields >> key >> kibibytes)) continue;
    const int64_t bytes = kibibytes * 1024;
    if (key == "MemTotal:") facts.total = bytes;
    if (key == "MemAvailable:") facts.available = bytes;
    if (key == "SwapTotal:") facts.swap_total = bytes;
    if (key == "SwapFree:") facts.swap_free = bytes;
  }
  const CgroupLimits limits = read_cgroup_limits(root);
  // A limit above the machine's memory limits nothing.
  if (limits.memory_bytes && *limits.memory_bytes < facts.total) {
    facts.cgroup_limit = limits.memory_bytes;
    facts.cgroup_used = limits.memory_used_bytes;
  }
  return facts;
}

Finding judge_memory(const MemoryFacts& facts) {
  if (facts.total == 0) {
    return warn(kName, "unknown", "/proc/meminfo cannot be read", "mount /proc");
  }
  std::string found = concat(format_byte_size(facts.total), ", ", format_byte_size(facts.available),
                             " available; ");
  found += facts.cgroup_limit
               ? concat("the container's limit is ", format_byte_size(*facts.cgroup_limit), ", ",
                        format_byte_size(facts.cgroup_used), " of it used; ")
               : "no container limit; ";
  found += facts.swap_total > 0 ? concat("swap ", format_byte_size(facts.swap_total), ", ",
                                         format_byte_size(facts.swap_free), " free")
                                : "no swap";
  const bool limited = facts.cgroup_limit && facts.usable() < facts.available;
  const char* remedy = limited ? "raise the container's memory limit"
                               : "end other programs, or use a machine with more memory";
  if (facts.usable() < kTooLittle) {
    return fail(kName, found,
                concat("only ", format_byte_size(facts.usable()),
                       " can be taken: not enough for the smallest model"),
                remedy);
  }
  if (facts.usable() < kLittle) {
    return warn(kName, found,
                concat("only ", format_byte_size(facts.usable()),
                       " can be taken: enough for the demo model, not for a large one"),
                concat(remedy, "; `easel plan` shows what a model needs"));
  }
  return ok(kName, found);
}

}  // namespace easel

#include "services/cli/doctor/cpu_check.h"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/cgroup_limits.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr char kName[] = "cpu";

struct Feature {
  const char* flag;
  const char* label;
};
constexpr Feature kX86[] = {{"avx2", "AVX2"},
                            {"avx512f", "AVX-512"},
                            {"avx512_bf16", "AVX-512 bf16"},
                            {"amx_tile", "AMX"},
                            {"amx_bf16", "AMX bf16"}};
constexpr Feature kArm[] = {{"asimd", "NEON"}, {"sve", "SVE"}, {"bf16", "bf16"}, {"i8mm", "i8mm"}};

// The value of "key : value", "" for another line.
std::string value_of(const std::string& line, std::string_view key) {
  if (!line.starts_with(key)) return "";
  const size_t colon = line.find(':');
  const size_t begin =
      colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
  return begin == std::string::npos ? "" : line.substr(begin);
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::string architecture() {
  utsname names{};
  return ::uname(&names) == 0 ? names.machine : "";
}

std::string features_text(const CpuFacts& facts) {
  std::vector<std::string> there, missing;
  const auto sort = [&](const Feature& feature) {
    (facts.flags.contains(feature.flag) ? there : missing).emplace_back(feature.label);
  };
  if (facts.architecture == "x86_64") {
    for (const Feature& feature : kX86) sort(feature);
  } else {
    for (const Feature& feature : kArm) sort(feature);
  }
  std::string text = there.empty() ? "none of the features that count" : join(there, ", ");
  return missing.empty() ? text : concat(text, "; no ", join(missing, ", "));
}

std::string cores_text(const CpuFacts& facts) {
  std::string text = facts.cores == 1 ? "1 core" : concat(facts.cores, " cores");
  if (facts.cgroup_cpus) text += absl::StrFormat(" (limited to %.4g)", *facts.cgroup_cpus);
  return text;
}

}  // namespace

CpuFacts read_cpu_facts(const std::filesystem::path& root) {
  CpuFacts facts;
  facts.architecture = architecture();
  facts.cores = usable_cores();
  facts.cgroup_cpus = read_cgroup_limits(root).cpus;
  std::ifstream lines(root / "proc/cpuinfo");
  // The first processor stands for all.
  for (std::string line; std::getline(lines, line) && (facts.name.empty() || !line.empty());) {
    if (facts.name.empty()) facts.name = value_of(line, "model name");
    for (const char* key : {"flags", "Features"}) {
      std::istringstream flags(value_of(line, key));
      for (std::string flag; flags >> flag;) facts.flags.insert(flag);
    }
    if (line.empty() && !facts.flags.empty()) break;
  }
  return facts;
}

Finding judge_cpu(const CpuFacts& facts) {
  const std::string found =
      concat(cores_text(facts), ", ", facts.name.empty() ? facts.architecture : facts.name, "; ",
             features_text(facts));
  if (facts.architecture == "x86_64" && !facts.flags.contains("avx2")) {
    return warn(kName, found, "without AVX2 libtorch computes several times slower",
                "use a processor from 2013 or later; in a virtual machine let it see the host's "
                "(cpu model \"host\")");
  }
  if (facts.cgroup_cpus && *facts.cgroup_cpus + 0.5 < facts.cores) {
    const int threads = std::max(1, static_cast<int>(std::floor(*facts.cgroup_cpus)));
    return warn(kName, found,
                "the container may use fewer cores than it sees: threads beyond the limit are "
                "stopped again and again",
                concat("give --threads ", threads, ", or raise the container's limit"));
  }
  return ok(kName, found);
}

}  // namespace easel

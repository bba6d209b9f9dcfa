#include "base/process_memory.h"

#include <malloc.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace easel {
namespace {

constexpr int kLargePieceBytes = 1 << 20;

// "VmHWM:     1234 kB" → bytes; the files of /proc that hold such lines are made of nothing else.
int64_t read_row(const char* file, std::string_view name) {
  std::ifstream rows(file);
  for (std::string line; std::getline(rows, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream fields(line.substr(name.size()));
    int64_t kibibytes = 0;
    fields >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

}  // namespace

int64_t peak_resident_bytes() { return read_row("/proc/self/status", "VmHWM:"); }

int64_t resident_bytes() { return read_row("/proc/self/status", "VmRSS:"); }

void reset_peak_resident_bytes() { std::ofstream("/proc/self/clear_refs") << "5"; }

void trim_free_memory() { ::malloc_trim(0); }

void return_large_pieces_at_once() {
  ::mallopt(M_MMAP_THRESHOLD, kLargePieceBytes);
  ::mallopt(M_TRIM_THRESHOLD, 4 * kLargePieceBytes);
}

int64_t available_memory_bytes() { return read_row("/proc/meminfo", "MemAvailable:"); }

int64_t machine_memory_bytes() { return read_row("/proc/meminfo", "MemTotal:"); }

}  // namespace easel

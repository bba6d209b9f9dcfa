#include "engine/isolation/decoder_limits.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "engine/isolation/sanitized.h"

namespace easel {
namespace {

constexpr int64_t kProgramBytes = 192 << 20;  // libraries, stacks and the allocator's arenas
constexpr int64_t kBytesPerPixel = 20;
constexpr std::chrono::seconds kCpu(10);

}  // namespace

DecoderLimits decoder_limits(int64_t file_bytes, int64_t pixels) {
  return {kProgramBytes + 2 * file_bytes + kBytesPerPixel * pixels, kCpu};
}

absl::Status impose(const DecoderLimits& limits, pid_t process) {
  const auto cpu = static_cast<rlim_t>(limits.cpu.count());
  const auto memory =
      kIsSanitized ? RLIM_INFINITY : static_cast<rlim_t>(limits.address_space_bytes);
  const rlim_t file = kIsSanitized ? RLIM_INFINITY : 0;
  const std::pair<__rlimit_resource, rlimit> all[] = {{RLIMIT_AS, {memory, memory}},
                                                      {RLIMIT_CPU, {cpu, cpu}},
                                                      {RLIMIT_FSIZE, {file, file}},
                                                      {RLIMIT_CORE, {0, 0}}};
  for (const auto& [resource, limit] : all) {
    if (::prlimit(process, resource, &limit, nullptr) == 0) continue;
    return make_error(Reason::kInferenceFailed,
                      concat("the limits of the picture decoder: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace easel

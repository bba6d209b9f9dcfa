#include "services/cli/doctor/bandwidth_check.h"

#include "absl/strings/str_format.h"
#include "base/error.h"

namespace easel {
namespace {

constexpr char kName[] = "bandwidth";
constexpr double kGB = 1e9;
constexpr double kSlowHost = 2 * kGB;    // single-channel memory copies 5 GB/s and more
constexpr double kSlowDevice = 3 * kGB;  // PCIe 3.0 with four lanes

std::string gigabytes(double speed) { return absl::StrFormat("%.1f GB/s", speed / kGB); }

}  // namespace

Finding judge_bandwidth(const absl::StatusOr<CopySpeeds>& speeds) {
  if (!speeds.ok()) {
    return fail(kName, "not measured", to_std(speeds.status().message()),
                "free memory on host and device, and see the findings above");
  }
  std::string found = concat("host copy ", gigabytes(speeds->host_one_core), " with one core, ",
                             gigabytes(speeds->host_all_cores), " with all");
  if (speeds->pinned_to_device) {
    found += concat("; to the device ", gigabytes(*speeds->pinned_to_device), " pinned, ",
                    gigabytes(speeds->pageable_to_device.value_or(0)), " pageable");
  }
  if (speeds->pinned_to_device && *speeds->pinned_to_device < kSlowDevice) {
    return warn(kName, found, "the bus to the device is slow: streaming weights will wait for it",
                "put the card into a slot with all its lanes; end what else uses the bus");
  }
  if (speeds->host_one_core < kSlowHost) {
    return warn(kName, found, "memory is slow, or other programs use it now",
                "run it again on an idle machine; fill all memory channels");
  }
  return ok(kName, found);
}

}  // namespace easel

#include "engine/api/copy_speeds.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

#include "base/error.h"
#include "engine/runtime/compute_choice.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kBytes = 128 << 20;  // larger than caches
constexpr int kMostCopies = 8;
constexpr std::chrono::milliseconds kLimit{250};  // for one kind of copy

// The first copy also takes the pages from the system; it does not count.
template <typename Copy>
double best_speed(const Copy& copy) {
  copy();
  double best = 0;
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < kMostCopies && (i == 0 || Clock::now() - begin < kLimit); ++i) {
    const Clock::time_point start = Clock::now();
    copy();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(kBytes) / std::max(seconds, 1e-9));
  }
  return best;
}

// Both copies block: the source is on the host.
void measure_device(at::Device device, const at::Tensor& pageable, CopySpeeds& speeds) {
  at::Tensor on_device = at::empty({kBytes}, at::TensorOptions(device).dtype(at::kByte));
  speeds.pageable_to_device = best_speed([&] { on_device.copy_(pageable); });
  const at::Tensor pinned = pageable.pin_memory();
  speeds.pinned_to_device = best_speed([&] { on_device.copy_(pinned); });
}

}  // namespace

absl::StatusOr<CopySpeeds> measure_copy_speeds(const std::string& name) {
  EASEL_ASSIGN_OR_RETURN(const at::Device device, choose_device(name));
  CopySpeeds speeds;
  try {
    const at::Tensor source = at::ones({kBytes}, at::kByte);
    at::Tensor target = at::empty({kBytes}, at::kByte);
    speeds.host_one_core = best_speed(
        [&] { std::memcpy(target.mutable_data_ptr(), source.const_data_ptr(), kBytes); });
    speeds.host_all_cores = best_speed([&] { target.copy_(source); });
    if (!device.is_cpu()) measure_device(device, source, speeds);
  } catch (const c10::OutOfMemoryError& error) {
    return make_error(Reason::kOutOfMemory, error.what_without_backtrace());
  } catch (const c10::Error& error) {
    return make_error(Reason::kInferenceFailed, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return make_error(Reason::kOutOfMemory, "no memory for two buffers of 128 MiB");
  }
  return speeds;
}

}  // namespace easel

#include "engine/memory/pass_seconds.h"

#include <algorithm>
#include <numeric>

namespace easel {
namespace {

// The first passes fill the slots; from then on the times repeat.
constexpr int kWarmUpPasses = 2;
constexpr int kMeasuredPasses = 2;

// The copy queue and the computing queue, as they run when every slot is filled again as soon as
// the block in it is done with.
class Queues {
 public:
  explicit Queues(size_t num_slots) : slot_free_(num_slots, 0) {}

  double now() const { return computed_; }
  void compute(double seconds) { computed_ += seconds; }
  void stream(double upload_seconds, double compute_seconds) {
    uploaded_ = std::max(uploaded_, slot_free_[next_slot_]) + upload_seconds;
    computed_ = std::max(computed_, uploaded_) + compute_seconds;
    slot_free_[next_slot_] = computed_;
    next_slot_ = (next_slot_ + 1) % slot_free_.size();
  }

 private:
  double computed_ = 0;
  double uploaded_ = 0;
  std::vector<double> slot_free_;  // when the block in it was done with
  size_t next_slot_ = 0;
};

}  // namespace

double pass_seconds(const std::vector<size_t>& block_bytes, const std::vector<bool>& resident,
                    size_t num_slots, const PassTimes& times) {
  const auto streamed = static_cast<size_t>(std::count(resident.begin(), resident.end(), false));
  if (streamed <= num_slots) {
    return std::accumulate(times.compute_seconds.begin(), times.compute_seconds.end(), 0.0);
  }
  Queues queues(num_slots);
  double warm = 0;
  for (int pass = 0; pass < kWarmUpPasses + kMeasuredPasses; ++pass) {
    if (pass == kWarmUpPasses) warm = queues.now();
    for (size_t i = 0; i < block_bytes.size(); ++i) {
      if (resident[i]) {
        queues.compute(times.compute_seconds[i]);
      } else {
        queues.stream(static_cast<double>(block_bytes[i]) / times.bytes_per_second,
                      times.compute_seconds[i]);
      }
    }
  }
  return (queues.now() - warm) / kMeasuredPasses;
}

}  // namespace easel

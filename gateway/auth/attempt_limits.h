// How often somebody may try again after failures: after a few free ones with a growing delay.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace easel {

// Times in ms of a steady clock.
struct AttemptPolicy {
  int free_failures = 5;
  int64_t first_delay_ms = 1000;         // doubled with every further failure
  int64_t longest_delay_ms = 900'000;    // long enough to stop guessing, and no lock for ever
  int64_t forgotten_after_ms = 900'000;  // without a further failure
  // At most so many are remembered, the most recent ones.
  size_t max_remembered = 20'000;
};

// Thread-safe. Knows no clock: the time is told.
class AttemptLimits {
 public:
  explicit AttemptLimits(AttemptPolicy policy) : policy_(policy) {}

  // How long `who` has still to wait, in ms. 0: an attempt may be made now, and counts as failed
  // already, so that many at once are counted too.
  int64_t begin(const std::string& who, int64_t now_ms);
  // An attempt that was counted did not fail; with `forget_all`, nor shall those before it count.
  void take_back(const std::string& who, bool forget_all);

 private:
  struct Failures {
    int count = 0;
    int64_t last_ms = 0;
  };
  int64_t delay_ms(const Failures& failures, int64_t now_ms) const;
  void make_room(int64_t now_ms);

  const AttemptPolicy policy_;
  std::mutex mutex_;
  std::map<std::string, Failures> failures_;  // guarded by mutex_
};

}  // namespace easel

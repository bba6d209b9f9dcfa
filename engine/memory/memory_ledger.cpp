#include "engine/memory/memory_ledger.h"

#include <algorithm>

namespace easel {

void MemoryLedger::add(MemoryTag tag, int64_t bytes) {
  const std::lock_guard lock(mutex_);
  switch (tag) {
    case MemoryTag::kWeights:
      now_.weights += bytes;
      break;
    case MemoryTag::kWeightTensors:
      now_.weights += bytes;
      now_.activations -= bytes;
      break;
    case MemoryTag::kTensors:
      now_.activations += bytes;
      break;
    case MemoryTag::kPinned:
      now_.pinned += bytes;
      break;
  }
  if (now_.total() > peak_.total()) peak_ = now_;
}

HeldMemory MemoryLedger::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

HeldMemory MemoryLedger::at_peak() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

void MemoryLedger::reset_peak() {
  const std::lock_guard lock(mutex_);
  peak_ = now_;
}

// Never destroyed: what static objects hold is given back after the end of main.
MemoryLedger& host_ledger() {
  static MemoryLedger& ledger = *new MemoryLedger;
  return ledger;
}

MemoryLedger& gpu_ledger() {
  static MemoryLedger& ledger = *new MemoryLedger;
  return ledger;
}

}  // namespace easel

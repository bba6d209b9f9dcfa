// Who holds how much of a device's memory, by tag.
#pragma once

#include <cstdint>
#include <mutex>

namespace easel {

enum class MemoryTag {
  kWeights,        // in memory of their own
  kWeightTensors,  // in a tensor: counted as weights, and no more as a tensor
  kTensors,        // whatever the tensors' allocator handed out
  kPinned,
};

struct HeldMemory {
  int64_t weights = 0, activations = 0, pinned = 0;
  int64_t total() const { return weights + activations + pinned; }
};

// Thread-safe; one a device, for the life of the process.
class MemoryLedger {
 public:
  // Takes away with negative bytes. Weights in a tensor are added before the tensor is made and
  // taken away after it is gone, so that no peak counts them twice.
  void add(MemoryTag tag, int64_t bytes);

  HeldMemory now() const;
  // When most was held since the last reset.
  HeldMemory at_peak() const;
  void reset_peak();

 private:
  mutable std::mutex mutex_;
  HeldMemory now_, peak_;
};

MemoryLedger& host_ledger();
MemoryLedger& gpu_ledger();

// Bytes in a ledger for as long as this lives.
class LedgerEntry {
 public:
  LedgerEntry(MemoryLedger& ledger, MemoryTag tag, int64_t bytes)
      : ledger_(ledger), tag_(tag), bytes_(bytes) {
    ledger_.add(tag_, bytes_);
  }
  ~LedgerEntry() { ledger_.add(tag_, -bytes_); }
  LedgerEntry(const LedgerEntry&) = delete;
  LedgerEntry& operator=(const LedgerEntry&) = delete;

 private:
  MemoryLedger& ledger_;
  const MemoryTag tag_;
  const int64_t bytes_;
};

}  // namespace easel

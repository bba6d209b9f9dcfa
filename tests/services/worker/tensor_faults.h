// Makes allocations of tensors fail, for tests that must not see torch.
#pragma once

#include <cstdint>
#include <memory>

namespace easel::testing {

// For its life, in the whole process. Thread-safe, but for its own beginning and end: no tensor may
// be allocated meanwhile.
class TensorFaults {
 public:
  TensorFaults();
  ~TensorFaults();
  TensorFaults(const TensorFaults&) = delete;
  TensorFaults& operator=(const TensorFaults&) = delete;

  // The n-th allocation from now on fails, 1 is the next; 0: none does.
  void fail_at(int64_t n);
  // Allocations since `fail_at` was called.
  int64_t count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace easel::testing

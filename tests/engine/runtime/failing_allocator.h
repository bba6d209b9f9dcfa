// An allocator for tensors whose n-th allocation fails.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cstdint>

namespace easel::testing {

// Stands before the allocator that was there, for its life.
class FailingAllocator : public c10::Allocator {
 public:
  FailingAllocator() : inner_(*c10::GetCPUAllocator()) { install(this); }
  ~FailingAllocator() override { install(&inner_); }
  FailingAllocator(const FailingAllocator&) = delete;
  FailingAllocator& operator=(const FailingAllocator&) = delete;

  // The n-th allocation from now on fails, 1 is the next; 0: none does.
  void fail_at(int64_t n) {
    count_ = 0;
    fail_at_ = n;
  }
  // Allocations since `fail_at` was called.
  int64_t count() const { return count_; }

  c10::DataPtr allocate(size_t bytes) override {
    TORCH_CHECK_WITH(OutOfMemoryError, ++count_ != fail_at_, "the test has no memory");
    return inner_.allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return inner_.raw_deleter(); }
  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

 private:
  static void install(c10::Allocator* allocator) {
    c10::SetCPUAllocator(allocator, /*priority=*/1);
  }

  c10::Allocator& inner_;
  std::atomic<int64_t> count_{0};
  std::atomic<int64_t> fail_at_{0};
};

}  // namespace easel::testing

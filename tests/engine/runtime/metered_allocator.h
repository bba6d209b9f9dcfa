// An allocator for tensors that knows how much they take, and took at most.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>

namespace easel::testing {

// Stands before the allocator that was there, for its life. Thread-safe.
class MeteredAllocator : public c10::Allocator {
 public:
  MeteredAllocator() : inner_(*c10::GetCPUAllocator()) { install(this); }
  ~MeteredAllocator() override { install(&inner_); }
  MeteredAllocator(const MeteredAllocator&) = delete;
  MeteredAllocator& operator=(const MeteredAllocator&) = delete;

  // Bytes of the tensors allocated here that live now, and the most of them since reset_peak().
  int64_t live() const { return meter_->live; }
  int64_t peak() const { return meter_->peak; }
  void reset_peak() { meter_->peak = meter_->live.load(); }

  c10::DataPtr allocate(size_t bytes) override {
    void* memory = ::operator new(sizeof(Header) + bytes, std::align_val_t(alignof(Header)));
    auto* header = new (memory) Header{meter_, static_cast<int64_t>(bytes)};
    meter_->take(header->bytes);
    void* data = header + 1;
    return {data, data, &release, at::Device(at::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

 private:
  struct Meter {
    void take(int64_t bytes) {
      const int64_t now = live += bytes;
      int64_t most = peak;
      while (now > most && !peak.compare_exchange_weak(most, now)) {
      }
    }

    std::atomic<int64_t> live{0}, peak{0};
  };
  // Before the bytes of each tensor, aligned as libtorch's own allocator does it.
  struct alignas(64) Header {
    std::shared_ptr<Meter> meter;  // a tensor may outlive the allocator
    int64_t bytes;
  };

  static void release(void* data) {
    if (data == nullptr) return;
    auto* header = static_cast<Header*>(data) - 1;
    header->meter->live -= header->bytes;
    header->~Header();
    ::operator delete(header, std::align_val_t(alignof(Header)));
  }
  static void install(c10::Allocator* allocator) {
    c10::SetCPUAllocator(allocator, /*priority=*/1);
  }

  c10::Allocator& inner_;
  const std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
};

}  // namespace easel::testing

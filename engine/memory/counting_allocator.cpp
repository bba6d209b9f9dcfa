#include "engine/memory/counting_allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <mutex>

#include "engine/memory/memory_ledger.h"

namespace easel {
namespace {

c10::DeleterFnPtr inner_deleter = nullptr;  // set once, before the first allocation

int64_t rounded_bytes(void* memory) { return static_cast<int64_t>(::malloc_usable_size(memory)); }

void count_and_delete(void* memory) {
  const int64_t bytes = memory == nullptr ? 0 : rounded_bytes(memory);
  inner_deleter(memory);
  host_ledger().add(MemoryTag::kTensors, -bytes);
}

// Stands before the allocator that was there.
class CountingAllocator : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator& inner) : inner_(inner) {}

  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr data = inner_.allocate(bytes);
    if (data.get() == nullptr) return data;
    host_ledger().add(MemoryTag::kTensors, rounded_bytes(data.get()));
    const bool swapped = data.compare_exchange_deleter(inner_deleter, &count_and_delete);
    TORCH_INTERNAL_ASSERT(swapped);
    return data;
  }
  c10::DeleterFnPtr raw_deleter() const override { return &count_and_delete; }
  void copy_data(void* target, const void* source, size_t bytes) const override {
    inner_.copy_data(target, source, bytes);
  }

 private:
  c10::Allocator& inner_;
};

}  // namespace

void count_cpu_tensors() {
  static std::once_flag once;
  std::call_once(once, [] {
    c10::Allocator& inner = *c10::GetCPUAllocator();
    inner_deleter = inner.raw_deleter();
    // One that frees by other means than by a pointer's value cannot be counted.
    if (inner_deleter == nullptr || inner_deleter == &count_and_delete) return;
    static CountingAllocator counting(inner);
    c10::SetCPUAllocator(&counting, /*priority=*/1);
  });
}

}  // namespace easel

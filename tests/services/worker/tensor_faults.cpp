#include "tests/services/worker/tensor_faults.h"

#include "engine/memory/counting_allocator.h"
#include "tests/engine/runtime/failing_allocator.h"

namespace easel::testing {

struct TensorFaults::Impl {
  FailingAllocator allocator;
};

// What counts tensors comes with the first model that is opened, and stays: it must not stand
// before an allocator that ends with this.
TensorFaults::TensorFaults() {
  count_cpu_tensors();
  impl_ = std::make_unique<Impl>();
}
TensorFaults::~TensorFaults() = default;

void TensorFaults::fail_at(int64_t n) { impl_->allocator.fail_at(n); }
int64_t TensorFaults::count() const { return impl_->allocator.count(); }

}  // namespace easel::testing

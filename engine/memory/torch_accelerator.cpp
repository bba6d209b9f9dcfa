#include "engine/memory/torch_accelerator.h"

#include <ATen/ATen.h>
#include <ATen/core/CachingHostAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "base/error.h"
#include "engine/memory/memory_ledger.h"

namespace easel {
namespace {

// What libtorch throws, as an error; `work` returns a Status or a StatusOr.
template <typename Work>
auto caught(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const c10::OutOfMemoryError& error) {
    return make_error(Reason::kOutOfMemory, error.what_without_backtrace());
  } catch (const c10::Error& error) {
    return make_error(Reason::kInferenceFailed, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return make_error(Reason::kOutOfMemory, "the host has no more memory");
  }
}

class TorchEvent : public AcceleratorRuntime::Event {
 public:
  explicit TorchEvent(const c10::Stream& stream) : event_(stream.device_type()) {
    event_.record(stream);
  }
  // Recorded once, so that any thread may look at it.
  const c10::Event& get() const { return event_; }

 private:
  c10::Event event_;
};

const c10::Event& torch_event(const AcceleratorRuntime::Event& event) {
  return static_cast<const TorchEvent&>(event).get();
}

class TorchAccelerator : public AcceleratorRuntime {
 public:
  explicit TorchAccelerator(at::Device device)
      : device_(device),
        guard_(device.type()),
        copy_stream_(guard_.getStreamFromGlobalPool(device, /*isHighPriority=*/true)) {}

  absl::StatusOr<std::byte*> allocate_device(size_t bytes) override {
    return caught([&]() -> absl::StatusOr<std::byte*> {
      // Of the stream that computes: whoever gets it next, and computes, comes behind.
      at::Tensor memory = at::empty({static_cast<int64_t>(bytes)}, options());
      auto* const data = static_cast<std::byte*>(memory.mutable_data_ptr());
      gpu_ledger().add(MemoryTag::kWeights, memory.numel());
      const std::lock_guard lock(mutex_);
      device_memory_.emplace(data, std::move(memory));
      return data;
    });
  }
  void free_device(std::byte* memory) override {
    const std::lock_guard lock(mutex_);
    const auto found = device_memory_.find(memory);
    if (found == device_memory_.end()) return;
    const int64_t bytes = found->second.numel();
    device_memory_.erase(found);
    gpu_ledger().add(MemoryTag::kWeights, -bytes);
  }

  absl::StatusOr<std::byte*> allocate_pinned(size_t bytes) override {
    absl::StatusOr<std::byte*> memory = caught([&]() -> absl::StatusOr<std::byte*> {
      const c10::DeviceGuard guard(device_);
      at::DataPtr pinned = at::getHostAllocator(device_.type())->allocate(bytes);
      auto* const data = static_cast<std::byte*>(pinned.get());
      host_ledger().add(MemoryTag::kPinned, static_cast<int64_t>(bytes));
      const std::lock_guard lock(mutex_);
      pinned_memory_.emplace(data, Pinned{std::move(pinned), bytes});
      return data;
    });
    if (memory.ok()) return memory;
    // The driver says "out of memory" of the host's too, in no type of its own.
    return make_error(Reason::kOutOfMemory,
                      concat("no ", bytes, " bytes of host memory can be pinned: ",
                             to_std(memory.status().message())));
  }
  void free_pinned(std::byte* memory) override {
    const std::lock_guard lock(mutex_);
    const auto found = pinned_memory_.find(memory);
    if (found == pinned_memory_.end()) return;
    host_ledger().add(MemoryTag::kPinned, -static_cast<int64_t>(found->second.bytes));
    pinned_memory_.erase(found);
  }

  void trim() override {
    // An error here is one that whatever comes next finds as well.
    (void)caught([&] {
      c10::getDeviceAllocator(device_.type())->emptyCache();
      at::getHostAllocator(device_.type())->empty_cache();
      return absl::OkStatus();
    });
  }

  absl::Status copy(std::byte* device, const std::byte* pinned, size_t bytes) override {
    return caught([&] {
      const c10::InferenceMode inference;
      const c10::StreamGuard stream(copy_stream_);
      const auto size = static_cast<int64_t>(bytes);
      // ATen has no read-only tensors.
      const at::Tensor from =
          at::for_blob(const_cast<std::byte*>(pinned), {size}).options(at::kByte).make_tensor();
      const at::Tensor to =
          at::for_blob(device, {size}).options(options()).target_device(device_).make_tensor();
      to.copy_(from, /*non_blocking=*/true);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<EventPtr> record(Queue queue) override {
    return caught([&]() -> absl::StatusOr<EventPtr> {
      const c10::DeviceGuard guard(device_);
      return std::make_shared<TorchEvent>(stream_of(queue));
    });
  }
  absl::Status wait(Queue queue, const Event& event) override {
    return caught([&] {
      torch_event(event).block(stream_of(queue));
      return absl::OkStatus();
    });
  }
  absl::Status synchronize(const Event& event) override {
    return caught([&] {
      torch_event(event).synchronize();
      return absl::OkStatus();
    });
  }

 private:
  struct Pinned {
    at::DataPtr memory;
    size_t bytes = 0;
  };

  at::TensorOptions options() const { return at::TensorOptions(device_).dtype(at::kByte); }
  c10::Stream stream_of(Queue queue) const {
    return queue == Queue::kCopy ? copy_stream_ : guard_.getStream(device_);
  }

  const at::Device device_;
  const c10::impl::VirtualGuardImpl guard_;
  const c10::Stream copy_stream_;

  std::mutex mutex_;  // guards all below
  std::map<std::byte*, at::Tensor> device_memory_;
  std::map<std::byte*, Pinned> pinned_memory_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<AcceleratorRuntime>> make_torch_accelerator(at::Device device) {
  return caught([&]() -> absl::StatusOr<std::shared_ptr<AcceleratorRuntime>> {
    at::globalContext().lazyInitDevice(device.type());
    return std::make_shared<TorchAccelerator>(device);
  });
}

}  // namespace easel

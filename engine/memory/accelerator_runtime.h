// What AcceleratorDevice needs of a GPU's runtime: memory, and two queues that work beside the
// host.
//
// What is put into a queue is done in its order, sometime later. An event is a point in one queue;
// the other queue, or the host, can wait for it. Nothing else orders the two queues.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

// Thread-safe, but for what is said; errors are OUT_OF_MEMORY and INFERENCE_FAILED.
class AcceleratorRuntime {
 public:
  enum class Queue {
    kCompute,  // where the calling thread computes
    kCopy,     // of this runtime's own
  };
  class Event {
   public:
    Event() = default;
    virtual ~Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
  };
  using EventPtr = std::shared_ptr<const Event>;

  virtual ~AcceleratorRuntime() = default;

  // Device memory. What is in the compute queue now may still use it, for whoever had it before.
  virtual absl::StatusOr<std::byte*> allocate_device(size_t bytes) = 0;
  // All that uses it is in the compute queue by now, or the compute queue waits for it.
  virtual void free_device(std::byte* memory) = 0;

  // Host memory that copies are quick from; may take up to the next power of two of bytes.
  virtual absl::StatusOr<std::byte*> allocate_pinned(size_t bytes) = 0;
  // No copy reads it any more.
  virtual void free_pinned(std::byte* memory) = 0;

  // Gives back to the system what is held for reuse alone, of both kinds; may wait for the device.
  virtual void trim() = 0;

  // Puts a copy into the copy queue.
  virtual absl::Status copy(std::byte* device, const std::byte* pinned, size_t bytes) = 0;
  // Behind all that is in the queue now.
  virtual absl::StatusOr<EventPtr> record(Queue queue) = 0;
  // What is put into `queue` from here on comes after `event`; the host does not wait.
  virtual absl::Status wait(Queue queue, const Event& event) = 0;
  // The host waits.
  virtual absl::Status synchronize(const Event& event) = 0;
};

}  // namespace easel

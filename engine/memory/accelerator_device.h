// A GPU as a TransferDevice: blocks come through pinned host memory on a copy queue of their own,
// while the GPU computes.
//
// Three work at once: one thread here reads blocks and puts copies into the copy queue, the GPU
// copies, and the GPU computes what the caller put into the compute queue. An upload's copies come
// behind the event of the computing that used its memory last; what is computed after await_upload
// comes behind the event of its last copy. The caller's thread waits for reading alone, never for
// the GPU.
//
// A block comes in one of two ways. Where its source may keep a copy (BlockSource::kept), it is
// read once into pinned memory that stays with the source, and every later upload is a copy by the
// GPU alone. Otherwise it passes through a small ring of pinned buffers, a part at a time, in every
// pass; so it does when there is no pinned memory to keep it in.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/accelerator_runtime.h"
#include "engine/memory/transfer_device.h"

namespace easel {

struct AcceleratorDeviceOptions {
  // Of one of the two buffers of the ring, a multiple of kWeightAlignment. Larger ones take pinned
  // memory, smaller ones more calls of the driver; taken with the first block that needs them.
  size_t stage_bytes = size_t{32} << 20;
  // Threads that read one part of a block together, where it is large: one core copies from the
  // page cache at a tenth of what the bus takes.
  size_t num_readers = 4;
  size_t bytes_per_reader = size_t{4} << 20;  // at least, a multiple of kWeightAlignment
};

// Used by one thread, the one that computes; sources are read by another.
class AcceleratorDevice : public TransferDevice {
 public:
  // OUT_OF_MEMORY when the system gives no thread.
  static absl::StatusOr<std::unique_ptr<AcceleratorDevice>> create(
      std::shared_ptr<AcceleratorRuntime> runtime, AcceleratorDeviceOptions options = {});
  // Waits for a read that has begun and for copies in the queue.
  ~AcceleratorDevice() override;
  AcceleratorDevice(const AcceleratorDevice&) = delete;
  AcceleratorDevice& operator=(const AcceleratorDevice&) = delete;

  absl::StatusOr<std::byte*> allocate(size_t bytes) override;
  void release(std::byte* memory) override;
  // An upload that was not awaited gives way to the next one into the same memory.
  absl::StatusOr<Ticket> begin_upload(const BlockSource& source, std::byte* memory,
                                      Ticket after) override;
  absl::Status await_upload(Ticket upload) override;
  Ticket mark_compute() override;
  size_t kept_bytes() const override { return *kept_bytes_; }
  void trim() override { runtime_->trim(); }

 private:
  using EventPtr = AcceleratorRuntime::EventPtr;
  using Queue = AcceleratorRuntime::Queue;

  struct Upload {
    const BlockSource* source = nullptr;
    std::byte* memory = nullptr;
    std::vector<EventPtr> after;         // the copies come behind all of them
    std::optional<absl::Status> issued;  // once its copies are in the queue, or will not be
    EventPtr copied;                     // behind those that are; nullptr: the device failed
  };
  // A buffer of the ring.
  struct Stage {
    std::byte* memory = nullptr;
    EventPtr copied;  // behind the last copy from it
  };

  AcceleratorDevice(std::shared_ptr<AcceleratorRuntime> runtime, AcceleratorDeviceOptions options)
      : runtime_(std::move(runtime)), options_(options) {}

  // The caller's thread.
  absl::StatusOr<EventPtr> event_of(Ticket mark);
  // Forgets uploads into `memory` once none of them is being issued; computing comes behind those
  // of their copies that are in the queue.
  void drop_uploads(const std::byte* memory);

  // The reading thread.
  void run();
  absl::Status issue(const Upload& upload);
  absl::Status issue_kept(const Upload& upload, std::unique_ptr<KeptBytes>& kept);
  absl::Status issue_staged(const Upload& upload);
  absl::StatusOr<Stage*> next_stage();
  absl::Status read(const BlockSource& source, size_t first, size_t count, std::byte* target) const;

  const std::shared_ptr<AcceleratorRuntime> runtime_;
  const AcceleratorDeviceOptions options_;
  const std::shared_ptr<std::atomic<size_t>> kept_bytes_ = std::make_shared<std::atomic<size_t>>(0);

  // The caller's thread alone. The value is behind what computed with the memory before it was
  // given.
  std::map<std::byte*, EventPtr> allocated_;
  std::map<Ticket, absl::StatusOr<EventPtr>> marks_;  // the last ones
  Ticket last_ticket_ = kNoTicket;

  // The reading thread alone.
  std::array<Stage, 2> stages_;
  size_t next_stage_ = 0;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<Ticket, Upload> uploads_;  // not awaited yet
  std::deque<Ticket> waiting_;        // to be issued, in order
  Ticket issuing_ = kNoTicket;
  bool ending_ = false;
  std::thread reader_;
};

}  // namespace easel

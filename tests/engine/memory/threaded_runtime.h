// A GPU made of threads: two queues that work beside the caller, in their order, late by amounts
// drawn at random. The bytes are real, and what would be wrong on hardware is told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/memory/accelerator_runtime.h"
#include "tests/engine/memory/streaming_fixture.h"

namespace easel::testing {

// Freed device memory is given out again at once, as GPUs' allocators do: whoever got it has to
// come behind what is still in the compute queue.
class ThreadedRuntime : public AcceleratorRuntime {
 public:
  // With `kHost` the caller's thread is the compute queue: what torch computes on a CPU is right
  // only if it waits as a GPU's queue would.
  enum class Computes { kBesideHost, kHost };

  explicit ThreadedRuntime(uint64_t seed, size_t limit_bytes = size_t{1} << 40,
                           Computes computes = Computes::kBesideHost)
      : limit_bytes_(limit_bytes), computes_(computes), compute_(seed), copy_(seed + 1) {}
  ~ThreadedRuntime() override {
    compute_.finish();
    copy_.finish();
  }

  absl::StatusOr<std::byte*> allocate_device(size_t bytes) override {
    const std::lock_guard lock(mutex_);
    for (auto& [memory, region] : device_) {
      if (region.in_use || region.bytes != bytes) continue;
      region.in_use = true;
      return memory;
    }
    if (device_bytes_ + bytes > limit_bytes_) {
      return make_error(Reason::kOutOfMemory, "the GPU of threads has no more");
    }
    device_bytes_ += bytes;
    return add_region(device_, bytes);
  }
  void free_device(std::byte* memory) override {
    const std::lock_guard lock(mutex_);
    Region& region = device_.at(memory);
    region.in_use = false;
    // Whoever gets it next computes behind all that is in the compute queue.
    compute_.put([this, &region, begun = region.begun] {
      const std::lock_guard inner(mutex_);
      if (region.done < begun) hazard("memory was freed that a copy still goes to");
    });
  }

  absl::StatusOr<std::byte*> allocate_pinned(size_t bytes) override {
    const std::lock_guard lock(mutex_);
    if (pinned_until_failure_ == 0) return make_error(Reason::kOutOfMemory, "none can be pinned");
    if (pinned_until_failure_ > 0) --pinned_until_failure_;
    return add_region(pinned_, bytes);
  }
  void free_pinned(std::byte* memory) override {
    const std::lock_guard lock(mutex_);
    if (pinned_.at(memory).done < pinned_.at(memory).begun)
      hazard("pinned memory was freed that is being copied from");
    pinned_.erase(memory);
  }

  void trim() override {}

  absl::Status copy(std::byte* device, const std::byte* pinned, size_t bytes) override {
    const std::lock_guard lock(mutex_);
    if (copies_until_failure_ == 0) return make_error(Reason::kInferenceFailed, "copies fail");
    if (copies_until_failure_ > 0) --copies_until_failure_;
    Region* const to = region_of(device_, device, bytes);
    Region* const from = region_of(pinned_, pinned, bytes);
    if (to == nullptr || from == nullptr) {
      hazard("a copy goes over the end of its memory");
      return absl::OkStatus();
    }
    ++to->begun;
    ++from->begun;
    bytes_copied += bytes;
    // In two halves, so that who overwrites either end meanwhile is found.
    copy_.put([=] { std::memcpy(device, pinned, bytes / 2); });
    copy_.put([this, to, from, device, pinned, bytes] {
      std::memcpy(device + bytes / 2, pinned + bytes / 2, bytes - bytes / 2);
      const std::lock_guard inner(mutex_);
      ++to->done;
      ++from->done;
    });
    return absl::OkStatus();
  }

  absl::StatusOr<EventPtr> record(Queue queue) override {
    auto event = std::make_shared<ThreadEvent>();
    if (is_host(queue)) {
      event->set();
      return event;
    }
    queue_of(queue).put([event] { event->set(); });
    return event;
  }
  absl::Status wait(Queue queue, const Event& event) override {
    if (is_host(queue)) return synchronize(event);
    // The event may be gone before the queue comes to it.
    auto shared = static_cast<const ThreadEvent&>(event).shared_from_this();
    queue_of(queue).put([shared] { shared->wait(); });
    return absl::OkStatus();
  }
  absl::Status synchronize(const Event& event) override {
    static_cast<const ThreadEvent&>(event).wait();
    return absl::OkStatus();
  }

  // Computes with `memory`: its bytes must be the block's, from the beginning to the end of it.
  void compute(const PatternBlock& block, const std::byte* memory) {
    for (int look = 0; look < 2; ++look) {
      compute_.put([this, &block, memory] {
        const std::lock_guard lock(mutex_);
        if (!block.is_at(memory)) hazard("computed with other bytes than the block's");
      });
    }
  }
  // Until all that was computed so far is done.
  void finish_computing() {
    const EventPtr event = record(Queue::kCompute).value();
    (void)synchronize(*event);
  }
  // Nothing of the copy queue is done until it is let go on.
  void hold_copies() {
    gate_ = std::make_shared<ThreadEvent>();
    copy_.put([gate = gate_] { gate->wait(); });
  }
  void let_copies_go() { gate_->set(); }

  // The n-th from here on and all after it fail; -1: none.
  void fail_pinned_after(int n) { set(pinned_until_failure_, n); }
  void fail_copies_after(int n) { set(copies_until_failure_, n); }

  std::vector<std::string> hazards() {
    const std::lock_guard lock(mutex_);
    return hazards_;
  }
  size_t num_pinned() {
    const std::lock_guard lock(mutex_);
    return pinned_.size();
  }
  size_t num_device() {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& entry : device_) count += entry.second.in_use ? 1 : 0;
    return count;
  }

  std::atomic<size_t> bytes_copied{0};

 private:
  class ThreadEvent : public Event, public std::enable_shared_from_this<ThreadEvent> {
   public:
    void set() {
      const std::lock_guard lock(mutex_);
      done_ = true;
      changed_.notify_all();
    }
    void wait() const {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return done_; });
    }

   private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool done_ = false;
  };

  // Does what is put into it in its order, on a thread of its own.
  class WorkQueue {
   public:
    explicit WorkQueue(uint64_t seed) : random_(seed), thread_([this] { run(); }) {}
    ~WorkQueue() { finish(); }
    void put(std::function<void()> work) {
      const std::lock_guard lock(mutex_);
      works_.push_back(std::move(work));
      changed_.notify_all();
    }
    void finish() {
      if (!thread_.joinable()) return;
      put(nullptr);
      thread_.join();
    }

   private:
    void run() {
      while (true) {
        std::function<void()> work;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] { return !works_.empty(); });
          work = std::move(works_.front());
          works_.pop_front();
        }
        if (work == nullptr) return;
        if (random_.below(4) == 0) {
          std::this_thread::sleep_for(std::chrono::microseconds(random_.below(100)));
        }
        work();
      }
    }

    Random random_;  // the thread's
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> works_;
    std::thread thread_;
  };

  struct Region {
    size_t bytes = 0;
    std::vector<std::byte> storage;
    bool in_use = true;
    size_t begun = 0, done = 0;  // copies into it or from it
  };

  static Region* region_of(std::map<std::byte*, Region>& regions, const std::byte* memory,
                           size_t bytes) {
    for (auto& [first, region] : regions) {
      if (memory >= first && memory + bytes <= first + region.bytes) return &region;
    }
    return nullptr;
  }
  static std::byte* add_region(std::map<std::byte*, Region>& regions, size_t bytes) {
    Region region;
    region.bytes = bytes;
    region.storage.resize(bytes + kWeightAlignment);
    const auto past = reinterpret_cast<uintptr_t>(region.storage.data()) % kWeightAlignment;
    std::byte* const memory = region.storage.data() + (kWeightAlignment - past);
    regions.emplace(memory, std::move(region));
    return memory;
  }
  bool is_host(Queue queue) const {
    return queue == Queue::kCompute && computes_ == Computes::kHost;
  }
  WorkQueue& queue_of(Queue queue) { return queue == Queue::kCompute ? compute_ : copy_; }
  void hazard(const char* what) { hazards_.emplace_back(what); }
  void set(int& value, int n) {
    const std::lock_guard lock(mutex_);
    value = n;
  }

  const size_t limit_bytes_;
  const Computes computes_;
  std::shared_ptr<ThreadEvent> gate_;

  std::mutex mutex_;  // guards all below
  std::map<std::byte*, Region> device_;
  std::map<std::byte*, Region> pinned_;
  std::vector<std::string> hazards_;
  size_t device_bytes_ = 0;
  int pinned_until_failure_ = -1;
  int copies_until_failure_ = -1;

  // Last: their threads use all of the above.
  WorkQueue compute_;
  WorkQueue copy_;
};

}  // namespace easel::testing

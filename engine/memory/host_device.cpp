#include "engine/memory/host_device.h"

#include <sys/mman.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "engine/memory/memory_ledger.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

absl::StatusOr<std::unique_ptr<HostDevice>> HostDevice::create(HostDeviceOptions options) {
  std::unique_ptr<HostDevice> device(new HostDevice(options));
  try {
    device->reader_ = std::thread([self = device.get()] { self->run(); });
  } catch (const std::system_error& error) {
    return make_error(Reason::kOutOfMemory,
                      concat("no thread to read weights with: ", error.what()));
  }
  return device;
}

HostDevice::~HostDevice() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
  while (!pieces_.empty()) give_back(pieces_.begin());
}

absl::StatusOr<std::byte*> HostDevice::allocate(size_t bytes) {
  void* memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, 0);
  if (memory == MAP_FAILED) {
    return make_error(Reason::kOutOfMemory,
                      concat("the system gives no ", bytes,
                             " bytes for weights: ", std::generic_category().message(errno)));
  }
  const std::lock_guard lock(mutex_);
  pieces_[static_cast<std::byte*>(memory)] = {bytes, bytes};
  host_ledger().add(MemoryTag::kWeights, static_cast<int64_t>(bytes));
  return static_cast<std::byte*>(memory);
}

void HostDevice::release(std::byte* memory) {
  {
    std::unique_lock lock(mutex_);
    drop_uploads(lock, memory);
  }
  hand_over(memory, nullptr);
  const std::lock_guard lock(mutex_);
  const auto found = pieces_.find(memory);
  if (found != pieces_.end()) give_back(found);
}

void HostDevice::give_back(std::map<std::byte*, Piece>::iterator piece) {
  munmap(piece->first, piece->second.bytes);
  host_ledger().add(MemoryTag::kWeights, -static_cast<int64_t>(piece->second.counted));
  pieces_.erase(piece);
}

absl::StatusOr<Ticket> HostDevice::begin_upload(const BlockSource& source, std::byte* memory,
                                                Ticket /*after*/) {
  std::unique_lock lock(mutex_);
  drop_uploads(lock, memory);
  const Ticket ticket = ++last_ticket_;
  uploads_[ticket] = {&source, memory, std::nullopt};
  waiting_.push_back(ticket);
  changed_.notify_all();
  return ticket;
}

absl::Status HostDevice::await_upload(Ticket upload) {
  if (upload == kNoTicket) return absl::OkStatus();
  std::unique_lock lock(mutex_);
  const auto found = uploads_.find(upload);
  if (found == uploads_.end()) {
    return make_error(Reason::kInferenceFailed, concat("no upload ", upload, " is to be awaited"));
  }
  changed_.wait(lock, [&] { return found->second.read.has_value(); });
  absl::Status read = *std::move(found->second.read);
  uploads_.erase(found);
  return read;
}

void HostDevice::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    reading_ = waiting_.front();
    waiting_.pop_front();
    // Whoever drops an upload waits while it is read.
    Upload& upload = uploads_.at(reading_);
    lock.unlock();
    const Clock::time_point begin = Clock::now();
    absl::Status read = fill(upload);
    lock.lock();
    throttle(lock, begin, upload.source->bytes());
    upload.read = std::move(read);
    reading_ = kNoTicket;
    changed_.notify_all();
  }
}

absl::Status HostDevice::fill(const Upload& upload) {
  hand_over(upload.memory, upload.source);
  const size_t bytes = upload.source->bytes();
  // The first touch of a page costs more than the copy into it: fewer, larger ones. Where the
  // system has none it stays as it is. Not where little is copied, which would take a large page.
  if (upload.source->in_place_bytes() == 0) madvise(upload.memory, bytes, MADV_HUGEPAGE);
  return read_without_throwing(*upload.source, 0, bytes, upload.memory);
}

void HostDevice::hand_over(std::byte* memory, const BlockSource* next) {
  const BlockSource* before = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pieces_.find(memory);
    if (found == pieces_.end()) return;
    Piece& piece = found->second;
    const bool in_place = next != nullptr && next->in_place_bytes() > 0;
    before = std::exchange(piece.in_place, in_place ? next : nullptr);
    // What is not touched takes nothing; what a block was copied into goes back to the system.
    if (in_place && piece.is_touched) madvise(memory, piece.bytes, MADV_DONTNEED);
    piece.is_touched = next != nullptr && !in_place;
    // What is about to be released must not be counted in full first: that would be a false peak.
    const size_t counted = next == nullptr ? piece.counted : in_place ? next->bytes() : piece.bytes;
    host_ledger().add(MemoryTag::kWeights,
                      static_cast<int64_t>(counted) - static_cast<int64_t>(piece.counted));
    piece.counted = counted;
  }
  if (before != nullptr) before->let_go();
}

void HostDevice::throttle(std::unique_lock<std::mutex>& lock, Clock::time_point begin,
                          size_t bytes) {
  if (options_.bytes_per_second <= 0) return;
  const std::chrono::duration<double> wanted(static_cast<double>(bytes) /
                                             options_.bytes_per_second);
  changed_.wait_until(lock, begin + std::chrono::duration_cast<Clock::duration>(wanted),
                      [this] { return ending_; });
}

void HostDevice::drop_uploads(std::unique_lock<std::mutex>& lock, const std::byte* memory) {
  const auto reads_it = [&] {
    return reading_ != kNoTicket && uploads_.at(reading_).memory == memory;
  };
  changed_.wait(lock, [&] { return !reads_it(); });
  std::erase_if(waiting_, [&](Ticket ticket) { return uploads_.at(ticket).memory == memory; });
  std::erase_if(uploads_, [&](const auto& entry) { return entry.second.memory == memory; });
}

}  // namespace easel

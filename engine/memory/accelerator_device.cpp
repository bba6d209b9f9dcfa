#include "engine/memory/accelerator_device.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "engine/memory/pinned_bytes.h"

namespace easel {
namespace {

// A mark is waited for within a few blocks; a later one than was asked for is as right, but later.
constexpr size_t kMostMarks = 64;

absl::Status check_aligned(std::string_view name, size_t bytes) {
  if (bytes > 0 && bytes % kWeightAlignment == 0) return absl::OkStatus();
  return invalid_field(name, ": got ", bytes, ", expected a multiple of ", kWeightAlignment);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AcceleratorDevice>> AcceleratorDevice::create(
    std::shared_ptr<AcceleratorRuntime> runtime, AcceleratorDeviceOptions options) {
  EASEL_RETURN_IF_ERROR(check_aligned("stage_bytes", options.stage_bytes));
  EASEL_RETURN_IF_ERROR(check_aligned("bytes_per_reader", options.bytes_per_reader));
  std::unique_ptr<AcceleratorDevice> device(new AcceleratorDevice(std::move(runtime), options));
  try {
    device->reader_ = std::thread([self = device.get()] { self->run(); });
  } catch (const std::system_error& error) {
    return make_error(Reason::kOutOfMemory,
                      concat("no thread to read weights with: ", error.what()));
  }
  return device;
}

AcceleratorDevice::~AcceleratorDevice() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
  while (!allocated_.empty()) release(allocated_.begin()->first);
  for (const Stage& stage : stages_) {
    // When the device fails, nothing copies any more.
    if (stage.copied != nullptr) (void)runtime_->synchronize(*stage.copied);
    if (stage.memory != nullptr) runtime_->free_pinned(stage.memory);
  }
}

absl::StatusOr<std::byte*> AcceleratorDevice::allocate(size_t bytes) {
  EASEL_ASSIGN_OR_RETURN(std::byte* const memory, runtime_->allocate_device(bytes));
  absl::StatusOr<EventPtr> event = runtime_->record(Queue::kCompute);
  if (!event.ok()) {
    runtime_->free_device(memory);
    return event.status();
  }
  allocated_[memory] = *std::move(event);
  return memory;
}

void AcceleratorDevice::release(std::byte* memory) {
  if (allocated_.erase(memory) == 0) return;
  drop_uploads(memory);
  runtime_->free_device(memory);
}

absl::StatusOr<Ticket> AcceleratorDevice::begin_upload(const BlockSource& source, std::byte* memory,
                                                       Ticket after) {
  const auto place = allocated_.find(memory);
  if (place == allocated_.end()) {
    return make_error(Reason::kInferenceFailed, "an upload goes to memory that is not the GPU's");
  }
  EASEL_ASSIGN_OR_RETURN(EventPtr left, event_of(after));
  drop_uploads(memory);
  Upload upload;
  upload.source = &source;
  upload.memory = memory;
  upload.after.push_back(place->second);
  if (left != nullptr) upload.after.push_back(std::move(left));
  const Ticket ticket = ++last_ticket_;
  {
    const std::lock_guard lock(mutex_);
    uploads_[ticket] = std::move(upload);
    waiting_.push_back(ticket);
  }
  changed_.notify_all();
  return ticket;
}

absl::Status AcceleratorDevice::await_upload(Ticket upload) {
  if (upload == kNoTicket) return absl::OkStatus();
  std::unique_lock lock(mutex_);
  const auto found = uploads_.find(upload);
  if (found == uploads_.end()) {
    return make_error(Reason::kInferenceFailed, concat("no upload ", upload, " is to be awaited"));
  }
  changed_.wait(lock, [&] { return found->second.issued.has_value(); });
  const Upload done = std::move(found->second);
  uploads_.erase(found);
  lock.unlock();
  // Also when a part of it failed: the rest is on its way.
  if (done.copied != nullptr) {
    EASEL_RETURN_IF_ERROR(runtime_->wait(Queue::kCompute, *done.copied));
  }
  return *done.issued;
}

Ticket AcceleratorDevice::mark_compute() {
  marks_.emplace(++last_ticket_, runtime_->record(Queue::kCompute));
  if (marks_.size() > kMostMarks) marks_.erase(marks_.begin());
  return last_ticket_;
}

absl::StatusOr<AcceleratorDevice::EventPtr> AcceleratorDevice::event_of(Ticket mark) {
  if (mark == kNoTicket) return nullptr;
  const auto found = marks_.lower_bound(mark);
  if (found != marks_.end()) return found->second;
  return make_error(Reason::kInferenceFailed, concat("there is no mark ", mark));
}

void AcceleratorDevice::drop_uploads(const std::byte* memory) {
  std::vector<EventPtr> copied;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return issuing_ == kNoTicket || uploads_.at(issuing_).memory != memory; });
    std::erase_if(waiting_, [&](Ticket ticket) { return uploads_.at(ticket).memory == memory; });
    std::erase_if(uploads_, [&](const auto& entry) {
      if (entry.second.memory != memory) return false;
      if (entry.second.copied != nullptr) copied.push_back(entry.second.copied);
      return true;
    });
  }
  // When the device fails, nothing copies any more.
  for (const EventPtr& event : copied) (void)runtime_->wait(Queue::kCompute, *event);
}

void AcceleratorDevice::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    issuing_ = waiting_.front();
    waiting_.pop_front();
    // Whoever drops an upload waits while it is issued.
    Upload& upload = uploads_.at(issuing_);
    lock.unlock();
    absl::Status issued = issue(upload);
    absl::StatusOr<EventPtr> copied = runtime_->record(Queue::kCopy);
    lock.lock();
    if (issued.ok() && !copied.ok()) issued = copied.status();
    if (copied.ok()) upload.copied = *std::move(copied);
    upload.issued = std::move(issued);
    issuing_ = kNoTicket;
    changed_.notify_all();
  }
}

absl::Status AcceleratorDevice::issue(const Upload& upload) {
  for (const EventPtr& event : upload.after) {
    EASEL_RETURN_IF_ERROR(runtime_->wait(Queue::kCopy, *event));
  }
  std::unique_ptr<KeptBytes>* const kept = upload.source->kept();
  return kept == nullptr ? issue_staged(upload) : issue_kept(upload, *kept);
}

// Kept only when all of it was read.
absl::Status AcceleratorDevice::issue_kept(const Upload& upload, std::unique_ptr<KeptBytes>& kept) {
  std::unique_ptr<PinnedBytes> fresh;
  if (kept == nullptr) {
    auto created = PinnedBytes::create(runtime_, kept_bytes_, upload.source->bytes());
    if (!created.ok()) return issue_staged(upload);
    fresh = *std::move(created);
  }
  auto& pinned = fresh != nullptr ? *fresh : static_cast<PinnedBytes&>(*kept);
  absl::Status status;
  for (const PinnedBytes::Piece& piece : pinned.pieces()) {
    if (fresh != nullptr) {
      status = read(*upload.source, piece.first, piece.bytes, piece.memory);
    }
    if (status.ok())
      status = runtime_->copy(upload.memory + piece.first, piece.memory, piece.bytes);
    if (!status.ok()) break;
  }
  // Of what is in the queue, also when something failed.
  absl::StatusOr<EventPtr> copied = runtime_->record(Queue::kCopy);
  if (copied.ok()) pinned.set_last_copy(*std::move(copied));
  if (status.ok() && fresh != nullptr) kept = std::move(fresh);
  return status;
}

absl::Status AcceleratorDevice::issue_staged(const Upload& upload) {
  const size_t bytes = upload.source->bytes();
  for (size_t first = 0; first < bytes; first += options_.stage_bytes) {
    const size_t part = std::min(options_.stage_bytes, bytes - first);
    EASEL_ASSIGN_OR_RETURN(Stage* const stage, next_stage());
    EASEL_RETURN_IF_ERROR(read(*upload.source, first, part, stage->memory));
    EASEL_RETURN_IF_ERROR(runtime_->copy(upload.memory + first, stage->memory, part));
    EASEL_ASSIGN_OR_RETURN(stage->copied, runtime_->record(Queue::kCopy));
  }
  return absl::OkStatus();
}

absl::Status AcceleratorDevice::read(const BlockSource& source, size_t first, size_t count,
                                     std::byte* target) const {
  const size_t readers = std::clamp<size_t>(count / options_.bytes_per_reader, 1,
                                            std::max<size_t>(options_.num_readers, 1));
  const size_t share = align_weight((count + readers - 1) / readers);
  std::vector<absl::Status> results(readers);
  const auto read_share = [&](size_t reader) {
    const size_t begin = std::min(reader * share, count);
    if (begin == count) return;  // the shares were rounded up
    results[reader] = read_without_throwing(source, first + begin, std::min(share, count - begin),
                                            target + begin);
  };
  std::vector<std::thread> others;
  for (size_t reader = 1; reader < readers; ++reader) {
    try {
      others.emplace_back(read_share, reader);
    } catch (const std::system_error&) {
      read_share(reader);  // without a thread of its own
    }
  }
  read_share(0);
  for (std::thread& other : others) other.join();
  for (const absl::Status& result : results) EASEL_RETURN_IF_ERROR(result);
  return absl::OkStatus();
}

absl::StatusOr<AcceleratorDevice::Stage*> AcceleratorDevice::next_stage() {
  Stage& stage = stages_[next_stage_];
  next_stage_ = (next_stage_ + 1) % stages_.size();
  if (stage.memory == nullptr) {
    EASEL_ASSIGN_OR_RETURN(stage.memory, runtime_->allocate_pinned(options_.stage_bytes));
  }
  if (stage.copied != nullptr) {
    EASEL_RETURN_IF_ERROR(runtime_->synchronize(*stage.copied));
    stage.copied = nullptr;
  }
  return &stage;
}

}  // namespace easel

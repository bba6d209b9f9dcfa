#include "engine/memory/simulated_device.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "base/error.h"

namespace easel {
namespace {

// Counts down to the fault that was asked for.
bool fault_is_due(size_t& until_fault) { return until_fault > 0 && --until_fault == 0; }

std::byte* real_memory(size_t bytes) {
  return static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kWeightAlignment}));
}

}  // namespace

SimulatedDevice::~SimulatedDevice() {
  while (!regions_.empty()) release(regions_.begin()->first);
}

absl::StatusOr<std::byte*> SimulatedDevice::allocate(size_t bytes) {
  if (fault_is_due(allocations_until_fault_) || bytes > options_.limit_bytes - bytes_held_) {
    return make_error(
        Reason::kOutOfMemory,
        concat("simulated device: ", bytes, " bytes asked for, ",
               options_.limit_bytes - bytes_held_, " of ", options_.limit_bytes, " free"));
  }
  // Without real memory an address is a number, far from any other's.
  constexpr uintptr_t kStride = uintptr_t{1} << 40;
  std::byte* memory = options_.real_memory
                          ? real_memory(bytes)
                          : reinterpret_cast<std::byte*>(kStride * ++num_addresses_);  // NOLINT
  regions_[memory].bytes = bytes;
  bytes_held_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, bytes_held_);
  return memory;
}

void SimulatedDevice::release(std::byte* memory) {
  const auto region = regions_.find(memory);
  if (region == regions_.end()) {
    hazards_.emplace_back("memory was released that is not the device's");
    return;
  }
  bytes_held_ -= region->second.bytes;
  regions_.erase(region);
  if (options_.real_memory) ::operator delete (memory, std::align_val_t{kWeightAlignment});
}

absl::StatusOr<Ticket> SimulatedDevice::begin_upload(const BlockSource& source, std::byte* memory,
                                                     Ticket after) {
  const auto region = regions_.find(memory);
  if (region == regions_.end() || source.bytes() > region->second.bytes) {
    hazards_.emplace_back("an upload goes to memory that is too small or not the device's");
    return make_error(Reason::kInferenceFailed, "simulated device: upload to wrong memory");
  }
  const double seconds = static_cast<double>(source.bytes()) / options_.bytes_per_second;
  Upload upload;
  upload.span.begin = std::max(uploaded_, time_of(after));
  if (options_.host_computes) upload.span.begin = std::max(upload.span.begin, computed_);
  upload.span.end = upload.span.begin + Time(std::llround(seconds * 1e9));
  uploaded_ = upload.span.end;
  if (upload.span.begin < region->second.last_use.end) {
    hazards_.push_back(concat("upload ", num_uploads_, " overwrites what is being computed with"));
  }
  ++num_uploads_;
  bytes_uploaded_ += source.bytes();
  const Ticket ticket = new_ticket(upload.span.end);
  absl::Status& read = uploads_[ticket];
  if (fault_is_due(reads_until_fault_)) {
    read = bad_weights("simulated device: this read was to fail");
  } else if (options_.real_memory) {
    upload.bytes.resize(source.bytes());
    read = source.read(upload.bytes.data());
  }
  region->second.uploads.push_back(std::move(upload));
  return ticket;
}

absl::Status SimulatedDevice::await_upload(Ticket upload) {
  if (upload == kNoTicket) return absl::OkStatus();
  const auto found = uploads_.find(upload);
  if (found == uploads_.end()) {
    hazards_.push_back(concat("ticket ", upload, " is no upload that is to be awaited"));
    return make_error(Reason::kInferenceFailed, "simulated device: no such upload");
  }
  computed_ = std::max(computed_, time_of(upload));
  absl::Status read = std::move(found->second);
  uploads_.erase(found);
  return read;
}

Ticket SimulatedDevice::mark_compute() { return new_ticket(computed_); }

void SimulatedDevice::compute(Time duration, const std::byte* memory) {
  const Span span{computed_, computed_ + duration};
  computed_ = span.end;
  if (memory == nullptr) return;
  const auto region = regions_.find(memory);
  if (region == regions_.end()) {
    hazards_.emplace_back("computed with memory that is not the device's");
    return;
  }
  settle(region->first, region->second, span.begin);
  const auto& uploads = region->second.uploads;
  if (!uploads.empty() && uploads.front().span.begin < span.end) {
    hazards_.emplace_back("computed with memory that is being filled");
  }
  region->second.last_use = span;
}

void SimulatedDevice::settle(std::byte* memory, Region& region, Time time) {
  auto& uploads = region.uploads;
  while (!uploads.empty() && uploads.front().span.end <= time) {
    const std::vector<std::byte>& bytes = uploads.front().bytes;
    std::copy(bytes.begin(), bytes.end(), memory);
    uploads.erase(uploads.begin());
  }
  const bool unfinished = !uploads.empty() && uploads.front().span.begin < time;
  if (unfinished && options_.real_memory) {
    std::fill_n(memory, region.bytes, kUnfinishedByte);
  }
}

Ticket SimulatedDevice::new_ticket(Time time) {
  times_.push_back(time);
  return times_.size();
}

SimulatedDevice::Time SimulatedDevice::time_of(Ticket ticket) {
  if (ticket == kNoTicket) return Time{0};
  if (ticket <= times_.size()) return times_[ticket - 1];
  hazards_.push_back(concat("there is no ticket ", ticket));
  return Time{0};
}

}  // namespace easel

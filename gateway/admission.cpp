#include "gateway/admission.h"

#include "gateway/api_error.h"

namespace easel {

Admission::Ticket Admission::take(size_t& count) {
  ++count;
  return Ticket(&count, [this](size_t* taken) {
    const std::lock_guard lock(mutex_);
    --*taken;
  });
}

absl::StatusOr<Admission::Ticket> Admission::admit(RouteKind kind,
                                                   const std::string& client_address) {
  const std::lock_guard lock(mutex_);
  if (kind == RouteKind::kQuick) {
    if (quick_ >= limits_.quick) return api_error(ErrorCode::kBusy);
    return take(quick_);
  }
  if (kind == RouteKind::kWaiting) {
    if (waiting_ >= limits_.waiting) {
      return api_error(ErrorCode::kQueueFull, "too many callers wait for a picture");
    }
    return take(waiting_);
  }
  size_t& of_address = streams_of_[client_address];
  if (streams_ >= limits_.streams || of_address >= limits_.streams_per_address) {
    if (of_address == 0) streams_of_.erase(client_address);
    return api_error(ErrorCode::kTooManyStreams);
  }
  ++streams_;
  ++of_address;
  return Ticket(this, [client_address](Admission* self) {
    const std::lock_guard release_lock(self->mutex_);
    --self->streams_;
    const auto found = self->streams_of_.find(client_address);
    if (--found->second == 0) self->streams_of_.erase(found);
  });
}

absl::StatusOr<Admission::Ticket> Admission::admit_large_body() {
  const std::lock_guard lock(mutex_);
  if (large_bodies_ >= limits_.large_bodies) return api_error(ErrorCode::kBusy);
  return take(large_bodies_);
}

}  // namespace easel

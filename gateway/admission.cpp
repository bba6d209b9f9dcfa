#include "gateway/admission.h"

#include "gateway/api_error.h"

namespace easel {
namespace {

size_t count_of(const std::map<std::string, size_t>& counts, const std::string& client) {
  const auto found = counts.find(client);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

Admission::Ticket Admission::take(size_t& count) {
  ++count;
  return Ticket(&count, [this](size_t* taken) {
    const std::lock_guard lock(mutex_);
    --*taken;
  });
}

Admission::Ticket Admission::take_of_client(size_t& count, Counts& counts,
                                            const std::string& client) {
  ++count;
  ++counts[client];
  return Ticket(&count, [this, &counts, client](size_t* taken) {
    const std::lock_guard lock(mutex_);
    --*taken;
    const auto found = counts.find(client);
    if (--found->second == 0) counts.erase(found);
  });
}

absl::StatusOr<Admission::Ticket> Admission::admit(RouteKind kind, const std::string& client) {
  const std::lock_guard lock(mutex_);
  switch (kind) {
    case RouteKind::kQuick:
      if (quick_ >= limits_.quick) return api_error(ErrorCode::kBusy);
      return take(quick_);
    case RouteKind::kWaiting:
      if (waiting_ >= limits_.waiting) {
        return api_error(ErrorCode::kQueueFull, "too many callers wait for a picture");
      }
      return take(waiting_);
    case RouteKind::kUpload:
      if (uploads_ >= limits_.uploads ||
          count_of(uploads_of_, client) >= limits_.uploads_per_address) {
        return api_error(ErrorCode::kBusy, "too many pictures are being read; try again");
      }
      return take_of_client(uploads_, uploads_of_, client);
    case RouteKind::kStream:
      break;
  }
  if (streams_ >= limits_.streams || count_of(streams_of_, client) >= limits_.streams_per_address) {
    return api_error(ErrorCode::kTooManyStreams);
  }
  return take_of_client(streams_, streams_of_, client);
}

absl::StatusOr<std::shared_ptr<Admission::LargeBody>> Admission::admit_large_body(
    const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto found = large_bodies_of_.find(client);
  if (found != large_bodies_of_.end() && found->second.bodies >= limits_.large_bodies_per_address) {
    return api_error(ErrorCode::kBusy, "too many large bodies of this address at once; try again");
  }
  ++large_bodies_of_[client].bodies;
  return std::shared_ptr<LargeBody>(new LargeBody{client, 0}, [this](LargeBody* body) {
    give_back(*body);
    delete body;
  });
}

absl::Status Admission::grow(LargeBody& body, size_t bytes) {
  const std::lock_guard lock(mutex_);
  Held& held = large_bodies_of_[body.client];
  if (large_body_bytes_ + bytes > limits_.large_body_bytes ||
      held.bytes + bytes > limits_.large_body_bytes_per_address) {
    return api_error(ErrorCode::kBusy, "too many large bodies at once; try again");
  }
  large_body_bytes_ += bytes;
  held.bytes += bytes;
  body.bytes += bytes;
  return absl::OkStatus();
}

void Admission::give_back(const LargeBody& body) {
  const std::lock_guard lock(mutex_);
  large_body_bytes_ -= body.bytes;
  const auto found = large_bodies_of_.find(body.client);
  found->second.bytes -= body.bytes;
  if (--found->second.bodies == 0) large_bodies_of_.erase(found);
}

}  // namespace easel

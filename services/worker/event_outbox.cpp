#include "services/worker/event_outbox.h"

#include <utility>

namespace easel {

void EventOutbox::push(v1::GenerateEvent event) {
  const bool replaces = !events_.empty() && !event.has_image_ready() &&
                        events_.back().event_case() == event.event_case();
  if (!replaces) {
    events_.push_back(std::move(event));
    return;
  }
  const bool older_preview =
      event.has_step() && !event.step().has_preview() && events_.back().step().has_preview();
  if (older_preview) {
    event.mutable_step()->mutable_preview()->Swap(events_.back().mutable_step()->mutable_preview());
  }
  events_.back() = std::move(event);
}

std::optional<v1::GenerateEvent> EventOutbox::pop() {
  if (events_.empty()) return std::nullopt;
  v1::GenerateEvent event = std::move(events_.front());
  events_.pop_front();
  event.set_request_id(request_id_);
  event.set_sequence(++sequence_);
  return event;
}

}  // namespace easel

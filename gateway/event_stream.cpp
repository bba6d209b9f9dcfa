#include "gateway/event_stream.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

// How soon a reader that has gone is noticed while nothing happens.
constexpr std::chrono::milliseconds kLookInterval(500);

void write_events(EventLog& log, uint64_t sequence, std::chrono::milliseconds heartbeat,
                  const std::function<bool()>& is_gone, const BodyWriter& write) {
  Clock::time_point last_write = Clock::now();
  while (!is_gone()) {
    const auto event = log.next(sequence, std::min(kLookInterval, heartbeat));
    std::string text;
    if (event) {
      sequence = event->sequence;
      text = event_text(*event);
    } else if (log.closed()) {
      return;
    } else if (Clock::now() - last_write >= heartbeat) {
      text = ": waiting\n\n";
    }
    if (text.empty()) continue;
    if (!write(text)) return;
    last_write = Clock::now();
  }
}

}  // namespace

bool wants_events(const HttpRequest& request) {
  const std::string* accept = request.headers.find("Accept");
  return accept != nullptr && accept->find("text/event-stream") != std::string::npos;
}

uint64_t last_event_id_of(const HttpRequest& request) {
  const std::string* text = request.headers.find("Last-Event-ID");
  uint64_t id = 0;
  if (text == nullptr) return 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  return error == std::errc() && end == text->data() + text->size() ? id : 0;
}

std::string event_text(const LoggedEvent& event) {
  return concat("id: ", event.sequence, "\nevent: ", event.name, "\ndata: ", *event.data, "\n\n");
}

HttpResponse event_stream(const HttpRequest& request, std::shared_ptr<EventLog> log,
                          uint64_t sequence, std::chrono::milliseconds heartbeat) {
  HttpResponse response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  // For proxies that would collect the stream first (nginx).
  response.headers.set("X-Accel-Buffering", "no");
  response.stream = [log = std::move(log), sequence, heartbeat,
                     is_gone = request.is_gone](const BodyWriter& write) {
    write_events(*log, sequence, heartbeat, is_gone, write);
  };
  return response;
}

}  // namespace easel

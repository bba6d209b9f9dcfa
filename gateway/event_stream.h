// Server-sent events (WHATWG HTML 9.2) out of an event log.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/event_log.h"
#include "gateway/http_types.h"

namespace easel {

// Whether the caller wants events: text/event-stream is in the Accept header.
bool wants_events(const HttpRequest& request);

// The number in Last-Event-ID; 0 when there is none or it is no number.
uint64_t last_event_id_of(const HttpRequest& request);

// "id: 3\nevent: step\ndata: {…}\n\n"
std::string event_text(const LoggedEvent& event);

// A stream of the events after `sequence`, with a comment line each `heartbeat` of silence, until
// the log is closed or the reader has gone.
HttpResponse event_stream(const HttpRequest& request, std::shared_ptr<EventLog> log,
                          uint64_t sequence, std::chrono::milliseconds heartbeat);

}  // namespace easel

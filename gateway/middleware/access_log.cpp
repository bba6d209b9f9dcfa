#include "gateway/middleware/access_log.h"

#include <nlohmann/json.hpp>

#include <utility>

#include "gateway/log_event.h"

namespace easel {
namespace {

double milliseconds_since(std::chrono::steady_clock::time_point started) {
  const std::chrono::duration<double, std::milli> passed =
      std::chrono::steady_clock::now() - started;
  return static_cast<double>(static_cast<int64_t>(passed.count() * 1000)) / 1000;
}

// A method may be any word, and what a caller says is not the log's to repeat.
std::string_view logged_method(const std::string& method) {
  constexpr std::string_view kKnown[] = {"GET",   "HEAD",   "POST",   "PUT",
                                         "PATCH", "DELETE", "OPTIONS"};
  for (const std::string_view known : kKnown) {
    if (method == known) return known;
  }
  return "other";
}

}  // namespace

void log_answer(const HttpRequest& request, std::string_view route, HttpResponse& response,
                std::chrono::steady_clock::time_point started) {
  nlohmann::json fields = {{"request_id", request.request_id},
                           {"trace_id", request.trace_id},
                           {"method", logged_method(request.method)},
                           {"route", route},
                           {"status", response.status},
                           {"client", request.client_address},
                           {"request_bytes", request.body_bytes}};
  if (!response.stream) {
    fields["response_bytes"] = response.body.size();
    fields["duration_ms"] = milliseconds_since(started);
    log_event(LogLevel::kInfo, "request", fields);
    return;
  }
  response.stream = [stream = std::move(response.stream), fields = std::move(fields),
                     started](const BodyWriter& write) {
    size_t bytes = 0;
    stream([&](std::string_view piece) {
      bytes += piece.size();
      return write(piece);
    });
    nlohmann::json line = fields;
    line["response_bytes"] = bytes;
    line["duration_ms"] = milliseconds_since(started);
    log_event(LogLevel::kInfo, "stream ended", line);
  };
}

}  // namespace easel

#include "gateway/middleware/trace_context.h"

#include "base/trace_context.h"

namespace easel {

std::string traceparent_of(const HttpRequest& request) {
  const bool alone = request.headers.count("traceparent") == 1;
  return continue_trace(alone ? *request.headers.find("traceparent") : std::string());
}

}  // namespace easel

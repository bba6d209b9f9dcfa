// Answers of JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "gateway/http_types.h"
#include "gateway/image_worker.h"
#include "gateway/json_text.h"

namespace easel {

// Not for caches: what the API says may change at any time.
inline HttpResponse json_response(const nlohmann::json& body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  response.body = to_json_text(body);
  return response;
}

// The request's names, for a call to the worker.
inline WorkerCallContext call_context(const HttpRequest& request,
                                      std::chrono::milliseconds timeout) {
  return {request.request_id, request.traceparent, timeout};
}

}  // namespace easel

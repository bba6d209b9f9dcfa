// What answers the requests that the HTTP server reads.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <variant>

#include "gateway/http_types.h"

namespace easel {

// How much of a body is read, and for how long.
struct BodyPlan {
  size_t max_bytes = 0;
  std::chrono::milliseconds timeout{10000};  // for the whole body
  // Sees the body as it comes; false refuses it. May be empty.
  std::function<bool(std::string_view)> accept;
  bool keep = true;  // false: `accept` alone gets the body
};

// All calls may come from many threads at once; a request is touched by one thread only.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // The head was read: what to do with the body, or an answer without reading it.
  virtual std::variant<BodyPlan, HttpResponse> plan(HttpRequest& request) = 0;
  // After a BodyPlan, with the body.
  virtual HttpResponse handle(HttpRequest& request) = 0;
  // The request cannot be understood or read: 400, 408, 413, 414, 416, or 500 for an exception.
  virtual HttpResponse fail(HttpRequest& request, int status) = 0;
};

}  // namespace easel

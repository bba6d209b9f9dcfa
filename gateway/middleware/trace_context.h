// The trace that a request belongs to.
#pragma once

#include <string>

#include "gateway/http_types.h"

namespace easel {

// The `traceparent` to hand on: the request's trace under a span of our own; a new trace when the
// request names none, more than one, or one that is not valid (never an error).
std::string traceparent_of(const HttpRequest& request);

}  // namespace easel

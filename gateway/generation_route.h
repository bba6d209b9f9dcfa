// What the routes that begin a generation have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/generate_body.h"
#include "gateway/generation_run.h"
#include "gateway/route_parts.h"

namespace easel {

struct GenerationStart {
  GenerateOrder order;
  std::shared_ptr<const TriggerAnswer> answer;         // in place of a drawing; may be none
  std::function<void(const GenerationRun&)> on_begun;  // may be empty
  bool gives_pass = false;  // its caller may join and cancel it without other credentials
};

// Begins the generation and counts it against its caller's limits: what ends before the worker has
// begun costs nothing. Errors: as GenerationRunner::start() and RateLimits::take().
absl::StatusOr<std::shared_ptr<GenerationRun>> start_counted(
    const RouteParts& parts, HttpRequest& request, GenerateOrder order,
    std::shared_ptr<const TriggerAnswer> answer);

// Begins the generation, and answers with its events as a stream where the request asks for them;
// else waits for the end and answers with the record or the error. A caller that goes away while it
// is waited for cancels the generation.
HttpResponse run_generation(const RouteParts& parts, HttpRequest& request, GenerationStart start);

// A route that takes the body of POST /api/generate; the handler is run_generation()'s caller.
Route make_generation_route(std::string pattern, RouteHandler handler);

}  // namespace easel

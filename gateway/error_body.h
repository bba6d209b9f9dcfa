// Errors as the REST API writes them: {"error": CODE, "message": TEXT, "request_id": ID}.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/api_error.h"
#include "gateway/http_types.h"

namespace easel {

// One line of JSON.
std::string error_json(const ApiError& error, std::string_view request_id);

// The whole answer; with Retry-After where trying again may help. What `status` says beyond
// public_error() goes to the log, under the request's id.
HttpResponse error_response(const HttpRequest& request, const absl::Status& status);

}  // namespace easel

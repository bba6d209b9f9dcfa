// Conditional requests (RFC 9110 13.1.2).
#pragma once

#include <string>
#include <string_view>

#include "gateway/http_types.h"

namespace easel {

// Sets the answer's ETag; when the request's If-None-Match has it, the answer becomes a 304 and
// this is true. `tag` is strong, with its quotes.
inline bool answer_not_modified(const HttpRequest& request, std::string_view tag,
                                HttpResponse& response) {
  response.headers.set("ETag", tag);
  const std::string* wanted = request.headers.find("If-None-Match");
  if (wanted == nullptr) return false;
  if (*wanted != "*" && wanted->find(tag) == std::string::npos) return false;
  response.status = 304;
  return true;
}

}  // namespace easel

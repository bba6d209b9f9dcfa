#include "gateway/middleware/request_id.h"

#include <cstdio>

#include "base/random_bytes.h"
#include "base/utc_time.h"
#include "storage/picture_kind.h"

namespace easel {

std::string make_id() {
  char time[16];
  std::snprintf(time, sizeof(time), "%012llx", static_cast<unsigned long long>(utc_now_ms()));
  return time + random_hex(10);
}

std::string request_id_of(const HttpRequest& request) {
  const std::string* given = request.headers.find("X-Request-Id");
  const bool usable =
      given != nullptr && request.headers.count("X-Request-Id") == 1 && is_generation_id(*given);
  return usable ? *given : make_id();
}

}  // namespace easel

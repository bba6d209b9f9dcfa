#include "gateway/log_event.h"

#include <unistd.h>

namespace easel {

void log_event(LogLevel level, std::string_view event, const nlohmann::json& fields) {
  static JsonLog log(STDERR_FILENO);
  log.write(level, event, fields);
}

}  // namespace easel

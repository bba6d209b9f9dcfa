#include "base/json_log.h"

#include <unistd.h>

#include <cerrno>

#include "base/utc_time.h"

namespace easel {
namespace {

constexpr size_t kMaxTextBytes = 1024;

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

void shorten_texts(nlohmann::ordered_json& value) {
  if (value.is_string() && value.get_ref<const std::string&>().size() > kMaxTextBytes) {
    value.get_ref<std::string&>().resize(kMaxTextBytes);
    value.get_ref<std::string&>() += "...";
  } else if (value.is_structured()) {
    for (auto& item : value) shorten_texts(item);
  }
}

}  // namespace

void JsonLog::write(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields) {
  nlohmann::ordered_json line = {
      {"time", utc_text(utc_now_ms())}, {"level", level_name(level)}, {"event", event}};
  for (const auto& [key, value] : fields.items()) line[key] = value;
  shorten_texts(line);
  const std::string text = line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true,
                                     nlohmann::json::error_handler_t::replace) +
                           "\n";
  const std::lock_guard lock(mutex_);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace easel

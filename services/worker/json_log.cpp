#include "services/worker/json_log.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <string>

#include "absl/strings/str_format.h"

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

std::string time_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count() % 1000;
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                         utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds);
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
      {"time", time_text()}, {"level", level_name(level)}, {"event", event}};
  for (const auto& [key, value] : fields.items()) line[key] = value;
  shorten_texts(line);
  const std::string text = line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true,
                                     nlohmann::json::error_handler_t::replace) +
                           "\n";
  const std::lock_guard lock(mutex_);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace easel

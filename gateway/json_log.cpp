#include "gateway/json_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "gateway/json_text.h"
#include "gateway/utc_time.h"

namespace easel {
namespace {

constexpr size_t kMaxFieldBytes = 1024;
constexpr std::string_view kLevelNames[] = {"info", "warning", "error"};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("gateway",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");  // the library's own formatting does not escape
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

}  // namespace

std::string log_line(LogLevel level, std::string_view event, const nlohmann::json& fields,
                     std::string_view time) {
  nlohmann::ordered_json line = {
      {"time", time}, {"level", kLevelNames[static_cast<size_t>(level)]}, {"event", event}};
  for (const auto& [key, value] : fields.items()) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      line[key] = text.substr(0, kMaxFieldBytes);
    } else {
      line[key] = value;
    }
  }
  // ASCII only: no terminal and no line reader finds a control character or an odd line end in it.
  return line.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
}

void log_event(LogLevel level, std::string_view event, const nlohmann::json& fields) {
  logger().info(log_line(level, event, fields, utc_text(utc_now_ms())));
}

}  // namespace easel

#include "services/cli/doctor/service_places.h"

#include <cstdlib>

#include "base/strings.h"

namespace easel {
namespace {

std::string value_or(const Environment& environment, const char* name, const char* fallback) {
  const std::string value = environment(name);
  return value.empty() ? fallback : value;
}

}  // namespace

ServicePlaces service_places(const Environment& environment) {
  ServicePlaces places;
  places.gateway_address =
      concat("127.0.0.1:", value_or(environment, "EASEL_GATEWAY_PORT", "7999"));
  places.worker_address = value_or(environment, "EASEL_WORKER_ADDRESS", "127.0.0.1:50051");
  places.data_dir = environment("EASEL_DATA_DIR");
  const std::string home = environment("HOME");
  if (places.data_dir.empty() && !home.empty()) {
    places.data_dir = std::filesystem::path(home) / ".local/share/easel";
  }
  return places;
}

ServicePlaces service_places() {
  return service_places([](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  });
}

}  // namespace easel

#include "services/cli/doctor/all_checks.h"

#include <utility>

#include "services/cli/doctor/cpu_check.h"
#include "services/cli/doctor/data_folder_check.h"
#include "services/cli/doctor/disk_check.h"
#include "services/cli/doctor/engine_checks.h"
#include "services/cli/doctor/known_models.h"
#include "services/cli/doctor/memory_check.h"
#include "services/cli/doctor/ports_check.h"
#include "services/cli/doctor/service_places.h"

namespace easel {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

// The largest of all: a small file says little.
fs::path file_to_read(const ModelPlaces& places) {
  const absl::StatusOr<ModelRegistry> registry = ModelRegistry::load(places);
  if (!registry.ok()) return largest_weights_file(places.demo);
  fs::path largest;
  uintmax_t most = 0;
  for (const KnownModel& model : known_models(*registry, places)) {
    fs::path file = largest_weights_file(model.path);
    std::error_code error;
    const uintmax_t bytes = file.empty() ? 0 : fs::file_size(file, error);
    if (error || bytes <= most) continue;
    most = bytes;
    largest = std::move(file);
  }
  return largest;
}

void check_disks(const FindingSink& sink) {
  const ModelPlaces places = model_places();
  const ServicePlaces services = service_places();
  if (!services.data_dir.empty()) {
    sink(judge_disk_space("data folder", read_disk_space(services.data_dir)));
  }
  const fs::path models = places.models_dir.empty() ? places.hub_cache : places.models_dir;
  if (!models.empty()) sink(judge_disk_space("models", read_disk_space(models)));
  const fs::path file = file_to_read(places);
  if (file.empty()) {
    sink(ok("disk speed", "not measured: there is no weights file to read"));
  } else {
    sink(judge_read_speed(file, measure_read_speed(file)));
  }
}

void check_ports(const FindingSink& sink) {
  const ServicePlaces services = service_places();
  sink(judge_port(read_port_facts("gateway", services.gateway_address,
                                  {gateway_probe(), read_gateway_answer})));
  sink(judge_port(
      read_port_facts("worker", services.worker_address, {worker_probe(), read_worker_answer})));
}

void check_data_folder(const FindingSink& sink) {
  sink(judge_data_folder(read_data_folder_facts(service_places().data_dir)));
}

}  // namespace

std::vector<DoctorCheck> all_checks() {
  return {
      {"cpu", 10s, [](const FindingSink& sink) { sink(judge_cpu(read_cpu_facts())); }},
      {"memory", 10s, [](const FindingSink& sink) { sink(judge_memory(read_memory_facts())); }},
      {"libtorch", 60s, check_libtorch},
      {"gpu", 120s, check_gpus},
      {"bandwidth", 120s, check_bandwidth},
      {"disk", 60s, check_disks},
      {"models", 300s, [](const FindingSink& sink) { check_models(model_places(), sink); }},
      {"ports", 30s, check_ports},
      {"data folder", 20s, check_data_folder},
      {"a picture", 300s,
       [](const FindingSink& sink) {
         check_generation(model_places(), read_memory_facts().usable(), sink);
       }},
  };
}

}  // namespace easel

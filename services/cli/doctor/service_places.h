// Where gateway and worker of this user are and keep their data: a snapshot of the environment.
#pragma once

#include <filesystem>
#include <string>

#include "services/models/model_places.h"

namespace easel {

// As the programs choose them from the environment alone; their flags and files are not known here.
struct ServicePlaces {
  std::string gateway_address;     // "127.0.0.1:7999", the port from EASEL_GATEWAY_PORT
  std::string worker_address;      // EASEL_WORKER_ADDRESS: "127.0.0.1:50051", "unix:/run/worker"
  std::filesystem::path data_dir;  // EASEL_DATA_DIR; empty for a user without a home
};

ServicePlaces service_places();
ServicePlaces service_places(const Environment& environment);

}  // namespace easel

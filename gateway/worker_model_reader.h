// The worker's messages about models as plain values. Pure functions.
#pragma once

#include "easel/v1/model_service.pb.h"
#include "gateway/worker_model.h"

namespace easel {

WorkerModel read_model(const v1::ModelInfo& from);

// A float as the shortest decimal that reads back the same, so that 3.5 stays 3.5.
double shortest(float value);

}  // namespace easel

#include <utility>

#include "gateway/api_error.h"
#include "gateway/json_response.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

json devices_of(const WorkerStatus& status) {
  json devices = json::array();
  for (const WorkerDevice& device : status.devices) {
    devices.push_back({{"name", device.name},
                       {"total_bytes", device.total_bytes},
                       {"budget_bytes", device.budget_bytes},
                       {"used_bytes", device.used_bytes}});
  }
  return devices;
}

json running_of(const WorkerStatus& status) {
  json running = json::array();
  for (const WorkerJob& job : status.running) {
    running.push_back({{"generation_id", job.request_id},
                       {"model", job.model},
                       {"stage", job.stage},
                       {"done", job.done},
                       {"units", job.units},
                       {"seconds", job.seconds}});
  }
  return running;
}

json models_of(const WorkerStatus& status) {
  json models = json::array();
  for (const LoadedModel& model : status.models) {
    models.push_back(
        {{"key", model.key}, {"fingerprint", model.fingerprint}, {"bytes", model.bytes}});
  }
  return models;
}

json worker_of(const absl::StatusOr<WorkerStatus>& status) {
  if (status.ok()) {
    return {{"reachable", true},
            {"version", status->version},
            {"draining", status->draining},
            {"error", nullptr}};
  }
  return {{"reachable", false},
          {"version", nullptr},
          {"draining", false},
          {"error", public_error(status.status()).message}};
}

HttpResponse answer(const RouteParts& parts, const HttpRequest& request) {
  const absl::StatusOr<WorkerStatus> status =
      parts.worker.status(call_context(request, parts.worker_timeout));
  const WorkerStatus known = status.ok() ? *status : WorkerStatus();
  return json_response({{"ready", known.ready && !known.draining},
                        {"worker", worker_of(status)},
                        {"devices", devices_of(known)},
                        {"queue", {{"length", known.queue_length}, {"limit", known.queue_limit}}},
                        {"running", running_of(known)},
                        {"models", models_of(known)}});
}

}  // namespace

void add_status_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/status";
  route.is_polled = true;
  route.handler = [parts](HttpRequest& request) { return answer(parts, request); };
  router.add(Access::kGenerateOrEdit, std::move(route));
}

}  // namespace easel

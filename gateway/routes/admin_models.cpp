#include <algorithm>
#include <utility>

#include "base/error.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

// 0 stands for what is not known.
template <typename Number>
json unless_zero(Number value) {
  return value == 0 ? json(nullptr) : json(value);
}

json unless_empty(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json plan_json(const WorkerPlan& plan) {
  json components = json::array();
  for (const WorkerPlannedComponent& component : plan.components) {
    components.push_back({{"name", component.name},
                          {"placement", component.placement},
                          {"format", component.format},
                          {"resident_blocks", component.resident_blocks},
                          {"blocks", component.blocks},
                          {"bytes", component.bytes},
                          {"total_bytes", component.total_bytes}});
  }
  return {{"fits", plan.fits},
          {"words", plan.words},
          {"helps", plan.helps},
          {"device", plan.device},
          {"width", unless_zero(plan.width)},
          {"height", unless_zero(plan.height)},
          {"steps", unless_zero(plan.steps)},
          {"budget_bytes", plan.budget_bytes},
          {"budget_is_set", plan.budget_is_set},
          {"peak_bytes", plan.peak_bytes},
          {"smallest_budget_bytes", plan.smallest_budget_bytes},
          {"seconds_per_step", unless_zero(plan.seconds_per_step)},
          {"seconds_per_request", unless_zero(plan.seconds_per_request)},
          {"largest_side", unless_zero(plan.largest_side)},
          {"components", std::move(components)}};
}

// Admins are told what is missing and where: they can do something about it.
json model_json(const WorkerModel& model) {
  return {{"key", model.key},
          {"display_name", model.display_name},
          {"family", model.family},
          {"variant", model.variant},
          {"default", model.is_default},
          {"state", model.state},
          {"problem", unless_empty(model.problem)},
          {"fingerprint", unless_empty(model.fingerprint)},
          {"loaded_bytes", model.loaded_bytes},
          {"load", {{"waiting", model.load_waits}, {"problem", unless_empty(model.load_problem)}}}};
}

// The same error with the worker's own words.
absl::Status for_admins(const absl::Status& status) {
  return api_error(public_error(status).code, to_std(status.message()));
}

absl::StatusOr<json> list(const RouteParts& parts, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<WorkerModel> models,
                         parts.worker.planned_models(call_context(request, parts.plan_timeout)));
  json items = json::array();
  for (const WorkerModel& model : models) {
    items.push_back(model_json(model));
    items.back()["plan"] = model.plan ? plan_json(*model.plan) : json(nullptr);
    items.back()["plan_problem"] = unless_empty(model.plan_problem);
  }
  return json{{"models", std::move(items)}};
}

absl::StatusOr<WorkerModel> find_model(const RouteParts& parts, const HttpRequest& request) {
  const std::string& key = request.path_parameters.at("key");
  EASEL_ASSIGN_OR_RETURN(std::vector<WorkerModel> models,
                         parts.worker.models(call_context(request, parts.worker_timeout)));
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const WorkerModel& model) { return model.key == key; });
  if (found == models.end()) {
    return api_error(ErrorCode::kNotFound, "the worker's registry has no such model");
  }
  return std::move(*found);
}

using ModelCall = absl::Status (ImageWorker::*)(const std::string&, const WorkerCallContext&);

// Has the worker do it, and answers with the model as it stands: 200 when it is done, 202 when it
// goes on behind a job that runs, or because weights take their time, and with the model as it was
// where the worker has taken the call and then does not say how the model stands.
HttpResponse change(const RouteParts& parts, const HttpRequest& request, ModelCall call) {
  const absl::StatusOr<WorkerModel> model = find_model(parts, request);
  if (!model.ok()) return error_response(request, model.status());
  const absl::Status done =
      (parts.worker.*call)(model->key, call_context(request, parts.load_wait));
  const bool goes_on = !done.ok() && public_error(done).code == ErrorCode::kDeadline;
  if (!done.ok() && !goes_on) return error_response(request, for_admins(done));
  const absl::StatusOr<WorkerModel> now = find_model(parts, request);
  if (!now.ok()) return json_response(model_json(*model), 202);
  return json_response(model_json(*now), goes_on ? 202 : 200);
}

}  // namespace

void add_admin_model_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, const char* pattern, RouteHandler handler) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = std::move(handler);
    router.add(Access::kAdmin, std::move(route));
  };
  add("GET", "/api/admin/models", [parts](HttpRequest& request) {
    const absl::StatusOr<json> models = list(parts, request);
    return models.ok() ? json_response(*models) : error_response(request, models.status());
  });
  add("POST", "/api/admin/models/{key}/load",
      [parts](HttpRequest& request) { return change(parts, request, &ImageWorker::load_model); });
  add("POST", "/api/admin/models/{key}/unload",
      [parts](HttpRequest& request) { return change(parts, request, &ImageWorker::unload_model); });
}

}  // namespace easel

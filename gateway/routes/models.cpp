#include <utility>

#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/json_text.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

json range_or_null(const std::optional<NumberRange>& range) {
  return range ? json::array({range->first, range->second}) : json(nullptr);
}

// What is missing names folders of the server; its operator reads that in the worker's log.
json problem_of(const WorkerModel& model) {
  if (model.problem.empty()) return nullptr;
  return default_message(ErrorCode::kModelMissing);
}

json to_json(const WorkerModel& model) {
  return {{"key", model.key},
          {"display_name", model.display_name},
          {"notes", model.notes},
          {"tags", model.tags},
          {"default", model.is_default},
          {"state", model.state},
          {"problem", problem_of(model)},
          {"family", model.family},
          {"variant", model.variant},
          {"fingerprint", model.fingerprint},
          {"capabilities", model.capabilities},
          {"max_images", model.max_images},
          {"recommended",
           {{"width", or_null(model.width)},
            {"height", or_null(model.height)},
            {"steps", or_null(model.steps)},
            {"guidance", or_null(model.guidance)}}},
          {"allowed",
           {{"steps", range_or_null(model.allowed_steps)},
            {"guidance", range_or_null(model.allowed_guidance)},
            {"side", range_or_null(model.allowed_side)}}},
          {"max_side", model.max_side}};
}

HttpResponse answer(const RouteParts& parts, const HttpRequest& request) {
  const absl::StatusOr<std::vector<WorkerModel>> models =
      parts.worker.models(call_context(request, parts.worker_timeout));
  if (!models.ok()) return error_response(request, models.status());
  json list = json::array();
  for (const WorkerModel& model : *models) list.push_back(to_json(model));
  return json_response({{"models", std::move(list)}, {"max_image_side", parts.max_image_side}});
}

}  // namespace

void add_model_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/models";
  route.handler = [parts](HttpRequest& request) { return answer(parts, request); };
  router.add(Access::kGenerateOrEdit, std::move(route));
}

}  // namespace easel

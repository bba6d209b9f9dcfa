#include <utility>

#include "gateway/error_body.h"
#include "gateway/generation_route.h"

namespace easel {
namespace {

HttpResponse generate(const RouteParts& parts, HttpRequest& request) {
  absl::StatusOr<GenerateOrder> order =
      parse_generate_body(request.body, parts.max_image_side, parts.uploads);
  if (!order.ok()) return error_response(request, order.status());
  return run_generation(parts, request, {*std::move(order), nullptr, {}});
}

}  // namespace

void add_generate_route(Router& router, const RouteParts& parts) {
  router.add(Access::kGenerate,
             make_generation_route("/api/generate", [parts](HttpRequest& request) {
               return generate(parts, request);
             }));
}

}  // namespace easel

#include "gateway/route_parts.h"

namespace easel {

Router make_router(const RouteParts& parts) {
  Router router;
  add_generate_route(router, parts);
  add_edit_route(router, parts);
  add_generation_routes(router, parts);
  add_event_route(router, parts);
  add_status_route(router, parts);
  add_model_route(router, parts);
  add_static_routes(router, parts);
  add_health_routes(router, parts);
  add_page_routes(router);
  add_admin_session_routes(router, parts);
  add_admin_key_routes(router, parts);
  add_admin_audit_route(router, parts);
  add_preference_routes(router, parts);
  add_prank_routes(router, parts);
  add_prank_builder_routes(router, parts);
  add_prank_trigger_routes(router, parts);
  add_prank_generate_route(router, parts);
  add_admin_prank_routes(router, parts);
  add_admin_generation_routes(router, parts);
  add_admin_model_routes(router, parts);
  return router;
}

}  // namespace easel

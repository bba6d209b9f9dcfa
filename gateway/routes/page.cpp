#include <string_view>
#include <utility>

#include "gateway/entity_tag.h"
#include "gateway/route_parts.h"
#include "gateway/web/web_assets.h"

namespace easel {
namespace {

// Nothing from elsewhere, no inline script or style; pictures also out of previews (data:) and
// files that were dropped onto the page (blob:).
constexpr char kPagePolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

HttpResponse answer(const WebAsset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.headers.set("Content-Security-Policy", kPagePolicy);
  response.headers.set("Referrer-Policy", "no-referrer");
  // The files change with the program: asked for anew each time, sent anew when they changed.
  response.headers.set("Cache-Control", "no-cache");
  if (answer_not_modified(request, asset.etag, response)) return response;
  response.headers.set("Content-Type", asset.content_type);
  response.body = asset.bytes;
  return response;
}

void add_page(Router& router, std::string_view pattern, const WebAsset& asset) {
  Route route;
  route.method = "GET";
  route.pattern = pattern;
  route.handler = [&asset](HttpRequest& request) { return answer(asset, request); };
  router.add(Access::kPublic, std::move(route));
}

}  // namespace

void add_page_routes(Router& router) {
  for (const WebAsset& asset : web_assets()) add_page(router, asset.path, asset);
  // Pages whose address says what they show; their scripts read it.
  add_page(router, "/admin", *find_web_asset("/assets/admin.html"));
  add_page(router, "/p/{share_slug}", *find_web_asset("/assets/prank.html"));
  add_page(router, "/builder", *find_web_asset("/assets/builder.html"));
  add_page(router, "/builder/{builder_slug}", *find_web_asset("/assets/builder.html"));
}

}  // namespace easel

#include <string_view>
#include <utility>

#include "base/strings.h"
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

// The same address without its last slash. What the pattern takes for a segment needs no escaping.
void add_redirect(Router& router, std::string_view pattern) {
  Route route;
  route.method = "GET";
  route.pattern = concat(pattern, "/");
  route.handler = [](HttpRequest& request) {
    constexpr int kPermanentRedirect = 308;
    HttpResponse response;
    response.status = kPermanentRedirect;
    response.headers.set("Location", request.path.substr(0, request.path.size() - 1));
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-cache");
    return response;
  };
  router.add(Access::kPublic, std::move(route));
}

void add_named_page(Router& router, std::string_view pattern, std::string_view file) {
  add_page(router, pattern, *find_web_asset(file));
  add_redirect(router, pattern);
}

}  // namespace

void add_page_routes(Router& router) {
  for (const WebAsset& asset : web_assets()) add_page(router, asset.path, asset);
  // Pages whose address says what they show; their scripts read it.
  add_named_page(router, "/admin", "/assets/admin.html");
  add_named_page(router, "/p/{share_slug}", "/assets/prank.html");
  add_named_page(router, "/builder", "/assets/builder.html");
  add_named_page(router, "/builder/{builder_slug}", "/assets/builder.html");
}

}  // namespace easel

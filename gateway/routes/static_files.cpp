#include <utility>

#include "gateway/entity_tag.h"
#include "gateway/error_body.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

// A picture never changes: its name is its generation's.
constexpr char kForever[] = "public, max-age=31536000, immutable";

HttpResponse answer(const RouteParts& parts, PictureKind kind, const HttpRequest& request) {
  const std::string& name = request.path_parameters.at("file");
  if (kind == PictureKind::kPrankPicture && !name.ends_with(".png")) {
    kind = PictureKind::kPrankThumbnail;
  }
  const auto file = parts.pictures.open_file(kind, name);
  if (!file.ok()) return error_response(request, file.status());
  if (!*file) {
    return error_response(request, api_error(ErrorCode::kNotFound, "there is no such picture"));
  }
  HttpResponse response;
  // Should a picture ever be taken for a page, it may do nothing.
  response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  response.headers.set("Cache-Control", kForever);
  const std::string tag = concat('"', name, '-', (*file)->bytes(), '"');
  if (answer_not_modified(request, tag, response)) return response;
  absl::StatusOr<std::string> bytes = (*file)->read_all();
  if (!bytes.ok()) return error_response(request, bytes.status());
  response.headers.set("Content-Type", name.ends_with(".png") ? "image/png" : "image/webp");
  response.body = *std::move(bytes);
  return response;
}

}  // namespace

void add_static_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* pattern, PictureKind kind) {
    Route route;
    route.method = "GET";
    route.pattern = pattern;
    route.handler = [parts, kind](HttpRequest& request) { return answer(parts, kind, request); };
    router.add(Access::kPublic, std::move(route));
  };
  add("/static/generations/{file}", PictureKind::kPicture);
  add("/static/thumbnails/{file}", PictureKind::kThumbnail);
  add("/static/pranks/{file}", PictureKind::kPrankPicture);
}

}  // namespace easel

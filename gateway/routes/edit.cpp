#include <algorithm>
#include <utility>

#include "base/error.h"
#include "gateway/auth/caller.h"
#include "gateway/edit_form.h"
#include "gateway/error_body.h"
#include "gateway/generation_route.h"
#include "gateway/json_response.h"
#include "gateway/middleware/request_id.h"
#include "gateway/route_parts.h"
#include "gateway/run_waiter.h"

namespace easel {
namespace {

constexpr std::chrono::milliseconds kBodyTimeout(60'000);

absl::StatusOr<GenerateOrder> read_form(const RouteParts& parts, HttpRequest& request) {
  if (request.form == nullptr) {
    return api_error(ErrorCode::kInvalidField, "the body is missing: expected a form");
  }
  EASEL_ASSIGN_OR_RETURN(std::vector<MultipartPart> form, request.form->finish());
  request.form.reset();
  EASEL_ASSIGN_OR_RETURN(GenerateOrder order,
                         parse_edit_form(std::move(form), parts.max_image_side, parts.uploads));
  if (order.request.request_id.empty()) order.request.request_id = make_id();
  return order;
}

// A field's value takes visible ASCII and spaces (RFC 9110 5.5); the record has the words whole.
std::string header_text(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// The one picture that was made, as it was stored.
absl::StatusOr<HttpResponse> picture_response(const RouteParts& parts,
                                              const GenerationRecord& record) {
  HttpResponse response;
  const std::string name = record.files.empty() ? "" : record.files.front().picture_file;
  EASEL_ASSIGN_OR_RETURN(const auto file, parts.pictures.open_file(PictureKind::kPicture, name));
  if (!file) return api_error(ErrorCode::kStorageFailed);
  EASEL_ASSIGN_OR_RETURN(response.body, file->read_all());
  response.headers.set("Content-Type", "image/png");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Generation-Id", record.asked.id);
  if (record.used.seed) response.headers.set("X-Seed", concat(*record.used.seed));
  response.headers.set("X-Model", record.used.model);
  for (const std::string& warning : record.used.warnings) {
    response.headers.add("X-Warning", header_text(warning));
  }
  return response;
}

absl::StatusOr<HttpResponse> edit(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(GenerateOrder order, read_form(parts, request));
  order.caller = caller_of(request);
  EASEL_ASSIGN_OR_RETURN(const std::shared_ptr<GenerationRun> run,
                         start_counted(parts, request, std::move(order), /*answer=*/nullptr));
  EASEL_ASSIGN_OR_RETURN(const GenerationRecord record, await_record(request, *run));
  return picture_response(parts, record);
}

absl::StatusOr<BodyCheck> make_form_reader(const RouteParts& parts, HttpRequest& request) {
  // There is one: the route's media type was compared with it.
  EASEL_ASSIGN_OR_RETURN(const std::string boundary,
                         MultipartReader::boundary_of(*request.headers.find("Content-Type")));
  request.form = std::make_shared<MultipartReader>(boundary, admit_edit_parts(parts.uploads));
  return [form = request.form.get()](std::string_view piece) { return form->take(piece); };
}

}  // namespace

void add_edit_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "POST";
  route.pattern = "/edit";
  route.handler = [parts](HttpRequest& request) {
    absl::StatusOr<HttpResponse> response = edit(parts, request);
    return response.ok() ? *std::move(response) : error_response(request, response.status());
  };
  route.media_type = "multipart/form-data";
  route.max_body_bytes = kMaxEditBody;
  route.draws = true;
  route.body_timeout = kBodyTimeout;
  route.kind = [](const HttpRequest&) { return RouteKind::kWaiting; };
  route.make_body_check = [parts](HttpRequest& request) {
    return make_form_reader(parts, request);
  };
  route.keeps_body = false;
  router.add(Access::kEdit, std::move(route));
}

}  // namespace easel

// JSON bodies with pictures in them: the pictures are cut out before the rest is parsed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/json_body.h"
#include "gateway/router.h"
#include "gateway/uploaded_picture.h"

namespace easel {

// `pictures` point into the body.
struct SplitBody {
  std::string text;  // the body with "" for each picture
  std::vector<std::pair<std::string, std::string_view>> pictures;  // by their field's name
};

// Error: too_large.
absl::StatusOr<SplitBody> split_body(std::string_view body);

// The bytes of the picture in the field `name`, "" without one. invalid_field when it is not
// base64, or when check_upload_header() refuses it.
absl::StatusOr<std::string> read_picture(const SplitBody& split, std::string_view name,
                                         const UploadLimits& limits);

// Pictures are cut out by the plain names of their fields. One whose name is written with escapes
// is still in `fields`, and would be dropped: it is refused.
void check_no_picture_left(JsonFields& fields, std::string_view name);

// For a route that takes such bodies.
absl::StatusOr<BodyCheck> make_picture_body_check(HttpRequest& request);

}  // namespace easel

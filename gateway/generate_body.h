// The body of POST /api/generate, checked.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/image_worker.h"
#include "gateway/uploaded_picture.h"

namespace easel {

// With a picture in it a body may be this large.
inline constexpr size_t kMaxGenerateBody = 40 << 20;

struct GenerateOrder {
  WorkerRequest request;  // sides clamped; `request_id` is "" when the caller gave none
  std::optional<int64_t> requested_width, requested_height;  // as asked for
  bool preview_given = false;                                // "preview_every" was there
  std::string session_id;                                    // whose it is, as the caller says
  std::string caller;         // who may cancel it besides admins: caller_of() the request
  std::string settings_json;  // the body without pictures, request id and cache
};

// `max_side` (MAX_IMAGE_SIDE, pixels) clamps each side, and bounds what is left to the model.
// Errors: invalid_json, invalid_field, too_large; of pictures only the headers are read here.
absl::StatusOr<GenerateOrder> parse_generate_body(std::string_view body, int64_t max_side,
                                                  const UploadLimits& limits = {});

// The same of an object that was parsed, and has no pictures. Leaves `settings_json` empty.
absl::StatusOr<GenerateOrder> read_order(const nlohmann::json& object, int64_t max_side);

}  // namespace easel

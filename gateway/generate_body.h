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
inline constexpr size_t kMaxPromptCodePoints = 4096;
// Sides that can be asked for, before they are clamped.
inline constexpr int64_t kMinAskedSide = 16, kMaxAskedSide = 1'000'000;

struct GenerateOrder {
  WorkerRequest request;  // sides clamped; `request_id` is "" when the caller gave none
  std::optional<int64_t> requested_width, requested_height;  // as asked for
  bool preview_given = false;                                // "preview_every" was there
  std::string session_id;                                    // whose it is, as the caller says
  std::string caller;         // who may cancel it besides admins: caller_of() the request
  std::string settings_json;  // the body without pictures, request id and cache
};

// `max_side` (MAX_IMAGE_SIDE, pixels) clamps each side. Errors: invalid_json, invalid_field,
// too_large; of pictures only the headers are read here.
absl::StatusOr<GenerateOrder> parse_generate_body(std::string_view body, int64_t max_side,
                                                  const UploadLimits& limits = {});

// The same of an object that was parsed, and has no pictures. Leaves `settings_json` empty.
absl::StatusOr<GenerateOrder> read_order(const nlohmann::json& object, int64_t max_side);

}  // namespace easel

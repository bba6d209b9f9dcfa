// A body of POST /api/generate that is accepted is JSON, means what a JSON parser says it means,
// and holds nothing outside of the documented bounds; one that is refused is refused in words that
// name the field.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "engine/image/decode.h"
#include "gateway/api_error.h"
#include "gateway/generate_body.h"
#include "gateway/json_body.h"
#include "gateway/json_text.h"
#include "storage/picture_kind.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;

constexpr int64_t kMaxSide = 1024;
constexpr size_t kLongestMessage = 2000;

void check_refusal(const absl::Status& status) {
  const easel::ApiError error = easel::public_error(status);
  require(!error.message.empty() && error.message.size() < kLongestMessage);
  require(error.code == easel::ErrorCode::kInvalidJson ||
          error.code == easel::ErrorCode::kInvalidField ||
          error.code == easel::ErrorCode::kTooLarge);
  if (error.code != easel::ErrorCode::kInvalidField) return;
  require(error.message.find('\'') != std::string::npos ||
          error.message == "the body must be a JSON object");
}

void check_text(const std::string& text) {
  require(!easel::find_invalid_utf8(text) && text.find('\0') == std::string::npos);
  require(easel::count_code_points(text) <= easel::kMaxPromptCodePoints);
}

void check_side(uint32_t side, const std::optional<int64_t>& asked) {
  if (!asked) return require(side == 0);
  require(*asked >= 16 && *asked <= 1'000'000);
  require(side == static_cast<uint32_t>(std::min(*asked, kMaxSide)));
}

void check_numbers(const easel::GenerateOrder& order) {
  const easel::WorkerRequest& request = order.request;
  check_side(request.width, order.requested_width);
  check_side(request.height, order.requested_height);
  require(request.num_images >= 1 && request.num_images <= 8);
  require(!request.steps || (*request.steps >= 1 && *request.steps <= 200));
  require(!request.seed || *request.seed <= (uint64_t{1} << 53) - 1);
  require(!request.guidance ||
          (std::isfinite(*request.guidance) && *request.guidance >= 0 && *request.guidance <= 30));
  require(!request.strength || (*request.strength >= 0 && *request.strength <= 1));
  require(request.preview_every <= 200 && request.options.size() <= 32);
}

void check_pictures(const nlohmann::json& body, const easel::WorkerRequest& request) {
  const auto text_of = [&](const char* name) { return body.value(name, nlohmann::json()); };
  const auto given = [&](const char* name) {
    return text_of(name).is_string() && text_of(name) != "";
  };
  require(given("image") == !request.image.empty() && given("mask") == !request.mask.empty());
  require(request.mask.empty() || !request.image.empty());
  for (const std::string& picture : {request.image, request.mask}) {
    require(picture.empty() || easel::detect_image_format(picture).ok());
  }
}

void check_settings(const std::string& settings) {
  const auto object = easel::parse_json_object(settings);
  require(object.ok() && easel::to_json_text(*object) == settings);
  for (const char* name : {"image", "mask", "request_id", "cache"}) {
    require(!object->contains(name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto order = easel::parse_generate_body(text, kMaxSide);
  if (!order.ok()) {
    check_refusal(order.status());
    return 0;
  }
  const nlohmann::json body = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  require(body.is_object());
  require(body.value("prompt", "") == order->request.prompt && !order->request.prompt.empty());
  check_text(order->request.prompt);
  check_text(order->request.negative_prompt.value_or(""));
  require(order->request.request_id.empty() || easel::is_generation_id(order->request.request_id));
  check_numbers(*order);
  check_pictures(body, order->request);
  check_settings(order->settings_json);
  return 0;
}

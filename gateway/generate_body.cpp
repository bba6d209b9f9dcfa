#include "gateway/generate_body.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/generate_fields.h"
#include "gateway/json_body.h"
#include "gateway/json_text.h"
#include "gateway/picture_body.h"
#include "storage/picture_kind.h"

namespace easel {
namespace {

constexpr size_t kMaxOptions = 32;

template <typename To, typename From>
std::optional<To> converted(const std::optional<From>& number) {
  return number ? std::optional(static_cast<To>(*number)) : std::nullopt;
}

void read_fields(JsonFields& fields, int64_t max_side, GenerateOrder& order) {
  WorkerRequest& request = order.request;
  GenerateFields read = read_generate_fields(fields);
  const auto clamped = [max_side](const std::optional<int64_t>& side) {
    return static_cast<uint32_t>(std::min(side.value_or(0), max_side));
  };
  order.requested_width = read.width;
  order.requested_height = read.height;
  request.width = clamped(read.width);
  request.height = clamped(read.height);
  request.max_default_side = static_cast<uint32_t>(max_side);
  request.negative_prompt = std::move(read.negative_prompt);
  request.steps = converted<uint32_t>(read.steps);
  request.num_images = static_cast<uint32_t>(read.num_images.value_or(1));
  request.seed = converted<uint64_t>(read.seed);
  request.guidance = read.guidance;
  request.sampler = std::move(read.sampler);
}

std::string settings_of(nlohmann::json object) {
  for (const char* name : {"image", "mask", "request_id", "session_id", "cache"})
    object.erase(name);
  return to_json_text(object);
}

}  // namespace

absl::StatusOr<GenerateOrder> read_order(const nlohmann::json& object, int64_t max_side) {
  JsonFields fields(object);
  GenerateOrder order;
  WorkerRequest& request = order.request;
  request.prompt = read_prompt(fields, "prompt").value_or("");
  if (request.prompt.empty()) fields.fail("prompt", "must be given: what to draw");
  read_fields(fields, max_side, order);
  request.strength = fields.number("strength", 0, 1);
  const std::optional<int64_t> every = fields.whole_number("preview_every", 0, kMaxSteps);
  order.preview_given = every.has_value();
  request.preview_every = static_cast<uint32_t>(every.value_or(0));
  request.model = read_name(fields, "engine");
  if (request.model == "auto") request.model.clear();
  request.options = fields.texts("options", kMaxOptions);
  order.session_id = read_name(fields, "session_id");
  fields.boolean("cache");
  request.request_id = fields.text("request_id").value_or("");
  if (!request.request_id.empty() && !is_generation_id(request.request_id)) {
    fields.fail("request_id", "must be 1-128 of A-Z a-z 0-9 - _ . :");
  }
  for (const char* name : {"image", "mask"}) check_no_picture_left(fields, name);
  EASEL_RETURN_IF_ERROR(fields.finish());
  return order;
}

absl::StatusOr<GenerateOrder> parse_generate_body(std::string_view body, int64_t max_side,
                                                  const UploadLimits& limits) {
  EASEL_ASSIGN_OR_RETURN(const SplitBody split, split_body(body));
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(split.text));
  EASEL_ASSIGN_OR_RETURN(GenerateOrder order, read_order(object, max_side));
  WorkerRequest& request = order.request;
  EASEL_ASSIGN_OR_RETURN(request.image, read_picture(split, "image", limits));
  EASEL_ASSIGN_OR_RETURN(request.mask, read_picture(split, "mask", limits));
  if (request.image.empty() && (!request.mask.empty() || request.strength)) {
    return api_error(ErrorCode::kInvalidField, "'mask' and 'strength' need an 'image'");
  }
  order.settings_json = settings_of(object);
  return order;
}

}  // namespace easel

#include "gateway/generate_body.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "gateway/api_error.h"
#include "gateway/json_body.h"
#include "gateway/json_text.h"
#include "gateway/picture_body.h"
#include "storage/picture_kind.h"

namespace easel {
namespace {

constexpr int64_t kMaxSeed = (int64_t{1} << 53) - 1;
constexpr int64_t kMaxSteps = 200, kMaxImages = 8;
constexpr double kMaxGuidance = 30;
constexpr size_t kMaxNameBytes = 128, kMaxOptions = 32;

void read_prompts(JsonFields& fields, WorkerRequest& request) {
  const std::optional<std::string> prompt = fields.text("prompt");
  if (!prompt || prompt->empty()) fields.fail("prompt", "must be given: what to draw");
  request.prompt = prompt.value_or("");
  request.negative_prompt = fields.text("negative_prompt");
  const auto check_length = [&](std::string_view name, std::string_view text) {
    if (count_code_points(text) <= kMaxPromptCodePoints) return;
    fields.fail(name, concat("must have at most ", kMaxPromptCodePoints, " characters"));
  };
  check_length("prompt", request.prompt);
  check_length("negative_prompt", request.negative_prompt.value_or(""));
}

std::string read_name(JsonFields& fields, std::string_view name) {
  std::string text = fields.text(name).value_or("");
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
  if (!plain || text.size() > kMaxNameBytes) fields.fail(name, "is not a name");
  return text;
}

uint32_t read_side(JsonFields& fields, std::string_view name, int64_t max_side,
                   std::optional<int64_t>& asked) {
  asked = fields.whole_number(name, kMinAskedSide, kMaxAskedSide);
  return static_cast<uint32_t>(std::min(asked.value_or(0), max_side));
}

std::optional<uint32_t> narrowed(const std::optional<int64_t>& number) {
  return number ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
}

void read_numbers(JsonFields& fields, GenerateOrder& order) {
  WorkerRequest& request = order.request;
  request.steps = narrowed(fields.whole_number("steps", 1, kMaxSteps));
  request.guidance = fields.number("guidance", 0, kMaxGuidance);
  const std::optional<int64_t> seed = fields.whole_number("seed", 0, kMaxSeed);
  if (seed) request.seed = static_cast<uint64_t>(*seed);
  request.num_images =
      static_cast<uint32_t>(fields.whole_number("num_images", 1, kMaxImages).value_or(1));
  request.strength = fields.number("strength", 0, 1);
  const std::optional<int64_t> every = fields.whole_number("preview_every", 0, kMaxSteps);
  order.preview_given = every.has_value();
  request.preview_every = static_cast<uint32_t>(every.value_or(0));
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
  read_prompts(fields, request);
  read_numbers(fields, order);
  request.width = read_side(fields, "width", max_side, order.requested_width);
  request.height = read_side(fields, "height", max_side, order.requested_height);
  request.model = read_name(fields, "engine");
  if (request.model == "auto") request.model.clear();
  request.sampler = read_name(fields, "sampler");
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

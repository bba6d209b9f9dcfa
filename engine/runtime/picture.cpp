#include "engine/runtime/picture.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "base/version.h"
#include "engine/image/a1111_parameters.h"
#include "engine/image/image.h"

namespace easel {
namespace {

template <typename T>
void set_if(nlohmann::json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

std::string exact_parameters(const GenerateRequest& request, const PipelineResult& result,
                             const std::string& model_name, const std::string& dtype,
                             int64_t index) {
  nlohmann::json json = {
      {"prompt", request.prompt},  {"model", model_name},     {"seed", result.seed},
      {"width", result.width},     {"height", result.height}, {"steps", result.steps},
      {"sampler", result.sampler}, {"dtype", dtype},          {"num_images", request.num_images},
      {"image_index", index},      {"version", kVersion}};
  set_if(json, "negative_prompt", request.negative_prompt);
  set_if(json, "guidance", result.guidance);
  set_if(json, "true_cfg", result.true_cfg);
  set_if(json, "strength", result.strength);
  set_if(json, "max_sequence_length", request.max_sequence_length);
  // Prompts are checked to be UTF-8; a model's name comes from the file system and may be anything.
  return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                   nlohmann::json::error_handler_t::replace);
}

}  // namespace

absl::StatusOr<std::string> encode_picture(const at::Tensor& picture,
                                           const std::vector<PngText>& text) {
  const at::Tensor bytes =
      picture.mul(255.0).round().to(at::kByte).permute({1, 2, 0}).contiguous();  // [H, W, 3]
  Image image;
  image.height = static_cast<int>(bytes.size(0));
  image.width = static_cast<int>(bytes.size(1));
  image.channels = static_cast<int>(bytes.size(2));
  const auto* data = static_cast<const uint8_t*>(bytes.const_data_ptr());
  image.pixels.assign(data, data + bytes.numel());
  return encode_png(image, text);
}

std::vector<PngText> describe_picture(const GenerateRequest& request, const PipelineResult& result,
                                      const std::string& model_name, const std::string& dtype,
                                      int64_t index) {
  GenerationParameters parameters;
  parameters.prompt = request.prompt;
  parameters.negative_prompt = request.negative_prompt;
  parameters.steps = static_cast<int>(result.steps);
  parameters.sampler = result.sampler;
  parameters.guidance = result.guidance.value_or(1.0);
  parameters.true_cfg = result.true_cfg;
  parameters.seed = result.seed;
  parameters.width = static_cast<int>(result.width);
  parameters.height = static_cast<int>(result.height);
  parameters.model = model_name;
  parameters.strength = result.strength;
  parameters.version = kVersion;
  return {{"parameters", a1111_parameters(parameters)},
          {"easel", exact_parameters(request, result, model_name, dtype, index)}};
}

}  // namespace easel

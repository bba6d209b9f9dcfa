#include "engine/samplers/flow_match_schedule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/weights/config_reader.h"

namespace easel {
namespace {

void shift_sigmas(const FlowMatchConfig& config, int64_t image_tokens, std::vector<float>& sigmas) {
  if (!config.use_dynamic_shifting) {
    const auto shift = static_cast<float>(config.shift),
               less = static_cast<float>(config.shift - 1.0);
    for (float& sigma : sigmas) sigma = shift * sigma / (1.0f + less * sigma);
    return;
  }
  const double slope = (config.max_shift - config.base_shift) /
                       static_cast<double>(config.max_image_seq_len - config.base_image_seq_len);
  const double offset = config.base_shift - slope * static_cast<double>(config.base_image_seq_len);
  const double mu = static_cast<double>(image_tokens) * slope + offset;
  const auto strength = static_cast<float>(config.linear_time_shift ? mu : std::exp(mu));
  for (float& sigma : sigmas) sigma = strength / (strength + (1.0f / sigma - 1.0f));
}

// Stretches the schedule so that its last sigma is `terminal`: NaN for one step, as in the
// reference.
void stretch_to_terminal(float terminal, std::vector<float>& sigmas) {
  const float scale = (1.0f - sigmas.back()) / (1.0f - terminal);
  for (float& sigma : sigmas) sigma = 1.0f - (1.0f - sigma) / scale;
}

}  // namespace

absl::StatusOr<FlowMatchConfig> FlowMatchConfig::from_json(const nlohmann::json& json,
                                                           const std::string& source) {
  ConfigReader reader(json, source);
  FlowMatchConfig config;
  config.use_dynamic_shifting = reader.bool_or("use_dynamic_shifting", config.use_dynamic_shifting);
  config.shift = reader.number_or("shift", config.shift);
  config.base_shift = reader.number_or("base_shift", config.base_shift);
  config.max_shift = reader.number_or("max_shift", config.max_shift);
  config.shift_terminal = reader.number_or("shift_terminal", config.shift_terminal);
  config.base_image_seq_len =
      reader.int_or("base_image_seq_len", config.base_image_seq_len, 1, 1 << 24);
  config.max_image_seq_len =
      reader.int_or("max_image_seq_len", config.max_image_seq_len, 1, 1 << 24);
  config.num_train_timesteps =
      reader.int_or("num_train_timesteps", config.num_train_timesteps, 1, 1'000'000);
  const std::string shift_type = reader.string_or("time_shift_type", "exponential");
  config.linear_time_shift = shift_type == "linear";
  if (shift_type != "linear" && shift_type != "exponential") {
    reader.fail("time_shift_type", "must be exponential or linear");
  }
  if (config.shift <= 0.0) reader.fail("shift", "must be above 0");
  if (config.shift_terminal < 0.0 || config.shift_terminal >= 1.0) {
    reader.fail("shift_terminal", "must be at least 0 and below 1");
  }
  if (config.base_image_seq_len == config.max_image_seq_len) {
    reader.fail("max_image_seq_len", "must differ from base_image_seq_len");
  }
  for (const char* key : {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas",
                          "invert_sigmas", "stochastic_sampling"}) {
    if (reader.bool_or(key, false))
      reader.fail(key, "is not supported: only plain Euler flow matching is");
  }
  const std::string class_name = reader.string_or("_class_name", "FlowMatchEulerDiscreteScheduler");
  if (class_name != "FlowMatchEulerDiscreteScheduler") {
    reader.fail("_class_name",
                concat("is ", class_name, ", expected FlowMatchEulerDiscreteScheduler"));
  }
  EASEL_RETURN_IF_ERROR(reader.status());
  return config;
}

FlowMatchSchedule make_flow_match_schedule(const FlowMatchConfig& config, int64_t steps,
                                           int64_t image_tokens) {
  std::vector<float> sigmas(static_cast<size_t>(steps));
  const double last = 1.0 / static_cast<double>(steps);
  const double stride = steps > 1 ? (last - 1.0) / static_cast<double>(steps - 1) : 0.0;
  for (int64_t i = 0; i < steps; ++i) {
    const double value = i > 0 && i + 1 == steps ? last : static_cast<double>(i) * stride + 1.0;
    sigmas[static_cast<size_t>(i)] = static_cast<float>(value);
  }
  shift_sigmas(config, image_tokens, sigmas);
  if (config.shift_terminal != 0.0)
    stretch_to_terminal(static_cast<float>(config.shift_terminal), sigmas);

  FlowMatchSchedule schedule;
  for (const float sigma : sigmas) {
    schedule.timesteps.push_back(sigma * static_cast<float>(config.num_train_timesteps));
  }
  schedule.sigmas = std::move(sigmas);
  schedule.sigmas.push_back(0.0f);
  return schedule;
}

int64_t first_step_of_strength(int64_t steps, double strength) {
  const auto count = static_cast<double>(steps);
  return static_cast<int64_t>(std::max(count - std::min(count * strength, count), 0.0));
}

}  // namespace easel

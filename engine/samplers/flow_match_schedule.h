// The noise levels of flow matching. No torch: numbers only.
// Source: diffusers schedulers/scheduling_flow_match_euler_discrete.py set_timesteps,
// pipelines/flux calculate_shift.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

// scheduler_config.json of a FlowMatchEulerDiscreteScheduler.
struct FlowMatchConfig {
  bool use_dynamic_shifting = false;
  double shift = 1.0;
  double base_shift = 0.5;
  double max_shift = 1.15;
  double shift_terminal = 0.0;  // 0: none
  int64_t base_image_seq_len = 256;
  int64_t max_image_seq_len = 4096;
  int64_t num_train_timesteps = 1000;
  bool linear_time_shift = false;  // else exponential

  // BAD_WEIGHTS for values out of range and for options that are not implemented (Karras,
  // exponential and beta sigmas, inverted sigmas, stochastic sampling).
  static absl::StatusOr<FlowMatchConfig> from_json(const nlohmann::json& json,
                                                   const std::string& source);
};

struct FlowMatchSchedule {
  std::vector<float> sigmas;     // steps + 1 of them, from the noisiest to the last, which is 0
  std::vector<float> timesteps;  // one a step
};

// `steps` ≥ 1; `image_tokens` sets the dynamic shift. Rounded as numpy rounds it in the reference:
// fp64 linspace, fp32 from there on.
FlowMatchSchedule make_flow_match_schedule(const FlowMatchConfig& config, int64_t steps,
                                           int64_t image_tokens);

// Where image-to-image begins: the first step that is run, max(steps - min(steps · strength,
// steps), 0) cut to an integer. `steps` itself means that nothing would be run.
int64_t first_step_of_strength(int64_t steps, double strength);

}  // namespace easel

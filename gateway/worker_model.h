// A model of the worker's registry as the gateway sees it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace easel {

using NumberRange = std::pair<double, double>;  // lowest, highest

struct WorkerPlannedComponent {
  std::string name;
  std::string placement;  // "resident", "whole", "stream_host", "stream_disk"
  std::string format;
  uint32_t resident_blocks = 0, blocks = 0;
  uint64_t bytes = 0, total_bytes = 0;  // most that it holds; all of its weights
};

// As proto/easel/v1/model_service.proto's MemoryPlan, which says what the fields mean.
struct WorkerPlan {
  bool fits = false, budget_is_set = false;
  std::string words, device;
  std::vector<std::string> helps;
  uint32_t width = 0, height = 0, steps = 0, largest_side = 0;  // 0: not known, or none
  uint64_t budget_bytes = 0, peak_bytes = 0, smallest_budget_bytes = 0;
  double seconds_per_step = 0, seconds_per_request = 0;
  std::vector<WorkerPlannedComponent> components;
};

struct WorkerModel {
  std::string key, display_name, notes, state, problem, family, variant, fingerprint;
  std::vector<std::string> tags, capabilities;
  bool is_default = false;
  std::optional<uint32_t> width, height, steps;
  std::optional<double> guidance;
  std::optional<NumberRange> allowed_steps, allowed_guidance, allowed_side;
  uint32_t max_side = 0;
  uint32_t max_images = 0;  // of an edit, that it uses; 0: it cannot edit
  uint64_t loaded_bytes = 0;
  bool load_waits = false;
  std::string load_problem;        // of the last load; "" for none
  std::optional<WorkerPlan> plan;  // where it was asked for and could be made
  std::string plan_problem;
};

}  // namespace easel

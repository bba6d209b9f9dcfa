// Whether and how a model fits a memory budget, before anything of it is loaded. No torch in here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/model.h"

namespace easel {

// What is taken instead of what is found or measured here.
struct MemoryAssumptions {
  std::optional<int64_t>
      base_bytes;  // taken before anything loads: by the process, on a GPU by CUDA
  std::optional<int64_t> host_bytes;  // memory that weights may be kept in beside the budget
  std::optional<double> upload_bytes_per_second;  // host memory → device
  std::optional<double> disk_bytes_per_second;
  std::optional<double> flops_per_second;
};

struct MemoryPlanRequest {
  // Either the name of a published model, of which no file is needed, …
  std::string published;
  // … or a model's folder, with components from elsewhere as in ModelOptions.
  std::filesystem::path path;
  std::map<std::string, std::filesystem::path> components;

  ComputeDtype dtype = ComputeDtype::kAuto;  // of a published model, auto: bf16
  // As in ModelOptions; "cuda" also where there is none: then of a typical one, with a budget
  // given.
  std::string device = "auto";
  std::optional<int64_t> memory_budget_bytes;  // absent: by the hardware that is found
  std::optional<int64_t> width, height, steps;
  int64_t num_images = 1;
  MemoryAssumptions assumptions;
  // False: copying is as fast as jobs' own plans take it to be, and the second that measuring takes
  // is saved.
  bool measures_speeds = true;
  // Nothing comes and goes: how a model is held that was opened without a budget.
  bool all_in_place = false;
  // The largest square that fits is looked for up to this many pixels a side; 0: not at all.
  int64_t largest_side_up_to = 0;
};

struct PlannedComponent {
  std::string name;
  std::string placement;  // "resident", "whole", "stream_host", "stream_disk"
  std::string format;     // "bf16"
  int64_t resident_blocks = 0, blocks = 0;
  int64_t bytes = 0;        // most that it holds
  int64_t total_bytes = 0;  // all of it
};

struct MemoryPlan {
  std::string title;   // "FLUX.1-dev", or the folder's name
  std::string device;  // "cpu", "cuda:0", "cuda (assumed)"
  int64_t width = 0, height = 0, steps = 0, num_images = 0;
  int64_t budget_bytes = 0;
  std::string budget_source;  // "given", or the preset's name

  bool fits = false;
  int64_t peak_bytes = 0;  // when it does not fit: of the smallest plan
  double seconds_per_step = 0, seconds_per_request = 0;
  int64_t smallest_budget_bytes = 0;  // with which weights come and go
  int64_t vae_tile = 0;               // side in latent pixels; 0: untiled
  int64_t attention_bytes = 0;        // limit of one attention's scores; 0: none
  int64_t largest_side = 0;           // of a square that fits; 0: none does, or none was looked for
  std::vector<PlannedComponent> components;
  std::string reason;
  std::vector<std::string> helps;
  std::vector<std::string> assumed;  // what the figures rest on, a line each
};

std::vector<std::string> published_model_names();

// Reads configs and headers only. INVALID_FIELD for an unknown published name, a size that cannot
// be, a device that is not there; else as open_model. That it does not fit is no error.
absl::StatusOr<MemoryPlan> plan_memory(const MemoryPlanRequest& request);

}  // namespace easel

#include "services/cli/plan_command.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "base/byte_size.h"
#include "base/error.h"
#include "services/cli/option_values.h"
#include "services/cli/plan_report.h"

namespace easel {
namespace {

constexpr WholeRange kSide{1, 1 << 20};
constexpr WholeRange kSteps{1, 1000};
constexpr WholeRange kImages{1, 64};
constexpr double kTera = 1e12;

absl::Status read_bytes(std::string_view option, const std::optional<std::string>& text,
                        std::optional<int64_t>& out) {
  if (!text) return absl::OkStatus();
  const absl::StatusOr<int64_t> bytes = parse_byte_size(*text);
  if (!bytes.ok()) return with_context(bytes.status(), option);
  out = *bytes;
  return absl::OkStatus();
}

absl::Status read_speed(std::string_view option, const std::optional<std::string>& text,
                        std::optional<double>& out) {
  std::optional<int64_t> bytes;
  EASEL_RETURN_IF_ERROR(read_bytes(option, text, bytes));
  if (bytes) out = static_cast<double>(*bytes);
  return absl::OkStatus();
}

absl::Status read_assumptions(const PlanOptions& options, MemoryAssumptions& out) {
  EASEL_RETURN_IF_ERROR(read_bytes("--host-memory", options.host_memory, out.host_bytes));
  EASEL_RETURN_IF_ERROR(read_bytes("--base-memory", options.base_memory, out.base_bytes));
  EASEL_RETURN_IF_ERROR(
      read_speed("--upload-speed", options.upload_speed, out.upload_bytes_per_second));
  EASEL_RETURN_IF_ERROR(read_speed("--disk-speed", options.disk_speed, out.disk_bytes_per_second));
  EASEL_RETURN_IF_ERROR(read_real("--compute-rate", options.compute_rate, out.flops_per_second));
  if (!out.flops_per_second) return absl::OkStatus();
  if (*out.flops_per_second <= 0) return invalid_field("--compute-rate must be more than 0");
  *out.flops_per_second *= kTera;
  return absl::OkStatus();
}

// A folder of a published model's name is meant before the name.
bool is_published(const std::string& name) {
  const std::vector<std::string> names = published_model_names();
  std::error_code error;
  return std::find(names.begin(), names.end(), name) != names.end() &&
         !std::filesystem::exists(name, error);
}

absl::Status read_model(const ModelChoice& choice, MemoryPlanRequest& request) {
  request.device = choice.device;
  if (!is_published(choice.model)) {
    EASEL_ASSIGN_OR_RETURN(const ModelOptions model, resolve_model(choice));
    request.path = model.path;
    request.components = model.components;
    request.dtype = model.dtype;
    return absl::OkStatus();
  }
  if (!choice.components.empty())
    return invalid_field("--component means nothing for a published model's name");
  request.published = choice.model;
  EASEL_ASSIGN_OR_RETURN(request.dtype, parse_compute_dtype(choice.dtype));
  return absl::OkStatus();
}

}  // namespace

void add_plan_options(CLI::App& app, PlanOptions& options) {
  add_model_options(app, options.model);
  app.get_option("--model")->description(
      "As for generate, or the name of a published model, of which no file is needed: " +
      join(published_model_names(), ", "));
  app.get_option("--device")
      ->description(
          "auto (a GPU where there is one), cpu, cuda or cuda:N; a cuda that is not here is "
          "planned for as a typical one");
  app.get_option("--memory-budget")
      ->description(
          "What the job may take: of the process's memory on a CPU, of the GPU's on a GPU; "
          "default: what the machine has, less a reserve");
  add_text_option(app, "--width", options.width, "Width in pixels; default: the model's own")
      ->type_name("N");
  add_text_option(app, "--height", options.height, "Height in pixels; default: the model's own")
      ->type_name("N");
  add_text_option(app, "--steps", options.steps, "Denoising steps; default: the model's own")
      ->type_name("N");
  add_text_option(app, "--num-images,--batch", options.num_images, "Pictures at once; default 1")
      ->type_name("N");
  const std::string group = "What the plan rests on, where not as found";
  const auto add = [&](const char* name, std::optional<std::string>& value, const char* help,
                       const char* type) {
    add_text_option(app, name, value, help)->type_name(type)->group(group);
  };
  add("--upload-speed", options.upload_speed, "From host memory, a second: 25GB", "SIZE");
  add("--disk-speed", options.disk_speed, "From disk, a second: 2GB", "SIZE");
  add("--host-memory", options.host_memory, "Host memory for weights beside the budget", "SIZE");
  add("--base-memory", options.base_memory, "What the process takes before anything loads", "SIZE");
  add("--compute-rate", options.compute_rate, "TFLOP/s that are reached in a network", "X");
  app.add_flag("--json", options.json, "Prints one JSON object instead of a table");
}

absl::StatusOr<MemoryPlanRequest> make_plan_request(const PlanOptions& options) {
  MemoryPlanRequest request;
  EASEL_RETURN_IF_ERROR(
      read_bytes("--memory-budget", options.model.memory_budget, request.memory_budget_bytes));
  EASEL_RETURN_IF_ERROR(read_whole("--width", options.width, kSide, request.width));
  EASEL_RETURN_IF_ERROR(read_whole("--height", options.height, kSide, request.height));
  EASEL_RETURN_IF_ERROR(read_whole("--steps", options.steps, kSteps, request.steps));
  std::optional<int64_t> num_images;
  EASEL_RETURN_IF_ERROR(read_whole("--num-images", options.num_images, kImages, num_images));
  request.num_images = num_images.value_or(1);
  EASEL_RETURN_IF_ERROR(read_assumptions(options, request.assumptions));
  EASEL_RETURN_IF_ERROR(read_model(options.model, request));
  return request;
}

int run_plan(const PlanOptions& options, const Console& console) {
  const auto plan = [&]() -> absl::StatusOr<MemoryPlan> {
    EASEL_ASSIGN_OR_RETURN(const MemoryPlanRequest request, make_plan_request(options));
    return plan_memory(request);
  }();
  if (plan.ok()) console.out << (options.json ? plan_json(*plan) : plan_text(*plan));
  const int code = conclude(console, plan.status(), options.json);
  // The plan has said what is wrong.
  return code == 0 && !plan->fits ? exit_code(make_error(Reason::kOutOfMemory, "")) : code;
}

}  // namespace easel

#include "gateway/worker_model_reader.h"

#include <array>
#include <charconv>
#include <string_view>

namespace easel {
namespace {

std::string_view state_name(v1::ModelState state) {
  switch (state) {
    case v1::MODEL_STATE_MISSING:
      return "missing";
    case v1::MODEL_STATE_AVAILABLE:
      return "available";
    case v1::MODEL_STATE_LOADING:
      return "loading";
    case v1::MODEL_STATE_LOADED:
      return "loaded";
    default:
      return "unknown";
  }
}

std::string_view capability_name(int capability) {
  switch (capability) {
    case v1::CAPABILITY_TEXT_TO_IMAGE:
      return "text_to_image";
    case v1::CAPABILITY_IMAGE_TO_IMAGE:
      return "image_to_image";
    case v1::CAPABILITY_INPAINTING:
      return "inpainting";
    case v1::CAPABILITY_EDIT:
      return "edit";
    default:
      return "";
  }
}

NumberRange from_proto(const v1::NumberRange& range) { return {range.lowest(), range.highest()}; }

void read_parameters(const v1::ModelInfo& from, WorkerModel& to) {
  const v1::RecommendedParameters& recommended = from.recommended();
  if (recommended.has_width()) to.width = recommended.width();
  if (recommended.has_height()) to.height = recommended.height();
  if (recommended.has_steps()) to.steps = recommended.steps();
  if (recommended.has_guidance()) to.guidance = shortest(recommended.guidance());
  if (from.has_allowed_steps()) to.allowed_steps = from_proto(from.allowed_steps());
  if (from.has_allowed_guidance()) to.allowed_guidance = from_proto(from.allowed_guidance());
  if (from.has_allowed_side()) to.allowed_side = from_proto(from.allowed_side());
  to.max_side = from.max_side();
}

WorkerPlan from_proto(const v1::MemoryPlan& from) {
  WorkerPlan to;
  to.fits = from.fits();
  to.words = from.words();
  to.helps.assign(from.helps().begin(), from.helps().end());
  to.device = from.device();
  to.width = from.width();
  to.height = from.height();
  to.steps = from.steps();
  to.budget_bytes = from.budget_bytes();
  to.budget_is_set = from.budget_is_set();
  to.peak_bytes = from.peak_bytes();
  to.smallest_budget_bytes = from.smallest_budget_bytes();
  to.seconds_per_step = from.seconds_per_step();
  to.seconds_per_request = from.seconds_per_request();
  to.largest_side = from.largest_side();
  for (const v1::PlannedComponent& component : from.components()) {
    to.components.push_back({component.name(), component.placement(), component.format(),
                             component.resident_blocks(), component.blocks(), component.bytes(),
                             component.total_bytes()});
  }
  return to;
}

}  // namespace

double shortest(float value) {
  std::array<char, 32> text;
  const std::to_chars_result written = std::to_chars(text.begin(), text.end(), value);
  double result = 0;
  std::from_chars(text.begin(), written.ptr, result);
  return result;
}

WorkerModel read_model(const v1::ModelInfo& from) {
  WorkerModel to;
  to.key = from.key();
  to.display_name = from.display_name();
  to.notes = from.notes();
  to.tags.assign(from.tags().begin(), from.tags().end());
  to.is_default = from.is_default();
  to.state = state_name(from.state());
  to.problem = from.problem();
  to.family = from.family();
  to.variant = from.variant();
  to.fingerprint = from.fingerprint();
  for (const int capability : from.capabilities()) {
    const std::string_view name = capability_name(capability);
    if (!name.empty()) to.capabilities.emplace_back(name);
  }
  to.max_images = from.max_images();
  to.loaded_bytes = from.loaded_bytes();
  to.load_waits = from.load_waits();
  to.load_problem = from.load_problem();
  to.plan_problem = from.plan_problem();
  if (from.has_plan()) to.plan = from_proto(from.plan());
  read_parameters(from, to);
  return to;
}

}  // namespace easel

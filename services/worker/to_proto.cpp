#include "services/worker/to_proto.h"

#include <string>
#include <utility>

#include "base/version.h"

namespace easel {
namespace {

uint32_t to_u32(int64_t value) { return value > 0 ? static_cast<uint32_t>(value) : 0; }

uint64_t to_u64(int64_t value) { return value > 0 ? static_cast<uint64_t>(value) : 0; }

template <typename Message>
void set_progress(Message& message, int64_t done, int64_t units) {
  message.set_done(to_u32(done));
  message.set_units(to_u32(units));
}

// Stages that prepare (a start picture, the map for previews) count as encoding.
std::optional<v1::GenerateEvent> progress_event(const std::string& stage, int64_t done,
                                                int64_t units) {
  v1::GenerateEvent event;
  if (stage == "load") {
    set_progress(*event.mutable_loading(), done, units);
  } else if (stage == "decode") {
    set_progress(*event.mutable_decoding(), done, units);
  } else if (stage != "denoise") {
    set_progress(*event.mutable_encoding(), done, units);
  } else if (done > 0) {
    event.mutable_step()->set_step(to_u32(done));
    event.mutable_step()->set_steps(to_u32(units));
  } else {
    return std::nullopt;
  }
  return event;
}

void set_png(v1::Image& image, std::string bytes) {
  image.set_data(std::move(bytes));
  image.set_media_type("image/png");
}

void set_range(v1::NumberRange& out, const NumberRange& range) {
  out.set_lowest(range.lowest);
  out.set_highest(range.highest);
}

void set_usage(const MemoryUsage& from, v1::MemoryUsage& out) {
  out.set_total_bytes(to_u64(from.total));
  out.set_base_bytes(to_u64(from.base));
  out.set_weights_bytes(to_u64(from.weights));
  out.set_activations_bytes(to_u64(from.activations));
  out.set_cache_bytes(to_u64(from.cache));
  out.set_workspace_bytes(to_u64(from.workspace));
  out.set_pinned_bytes(to_u64(from.pinned));
}

v1::GenerateEvent result_event(const GenerateResult& result, const std::string& model,
                               size_t num_images) {
  v1::GenerateEvent event;
  v1::Result& out = *event.mutable_result();
  out.set_model(model);
  out.set_family(result.family);
  out.set_variant(result.variant);
  out.set_fingerprint(result.fingerprint);
  out.set_seed(result.seed);
  out.set_width(to_u32(result.width));
  out.set_height(to_u32(result.height));
  out.set_steps(to_u32(result.steps));
  if (result.guidance) out.set_guidance(static_cast<float>(*result.guidance));
  out.set_sampler(result.sampler);
  out.set_num_images(static_cast<uint32_t>(num_images));
  out.set_dtype(result.dtype);
  out.set_device(result.device);
  for (const StageSeconds& row : result.seconds) {
    v1::StageSeconds& seconds = *out.add_seconds();
    seconds.set_stage(row.stage);
    seconds.set_seconds(row.seconds);
  }
  for (const std::string& warning : result.warnings) out.add_warnings(warning);
  set_usage(result.memory.before, *out.mutable_memory_before());
  set_usage(result.memory.peak, *out.mutable_memory_peak());
  set_usage(result.memory.after, *out.mutable_memory_after());
  if (result.memory.planned_peak_bytes) {
    out.set_planned_peak_bytes(to_u64(*result.memory.planned_peak_bytes));
  }
  return event;
}

v1::Capability to_proto(Capability capability) {
  switch (capability) {
    case Capability::kTextToImage:
      return v1::CAPABILITY_TEXT_TO_IMAGE;
    case Capability::kImageToImage:
      return v1::CAPABILITY_IMAGE_TO_IMAGE;
    case Capability::kInpainting:
      return v1::CAPABILITY_INPAINTING;
    case Capability::kEdit:
      return v1::CAPABILITY_EDIT;
  }
  return v1::CAPABILITY_UNSPECIFIED;
}

v1::ModelState state_of(const ModelFacts& facts) {
  if (facts.loaded != nullptr) {
    return facts.loaded->loading ? v1::MODEL_STATE_LOADING : v1::MODEL_STATE_LOADED;
  }
  return facts.problem.empty() ? v1::MODEL_STATE_AVAILABLE : v1::MODEL_STATE_MISSING;
}

void set_recommended(const RecommendedParameters& from, v1::RecommendedParameters& out) {
  if (from.width) out.set_width(to_u32(*from.width));
  if (from.height) out.set_height(to_u32(*from.height));
  if (from.steps) out.set_steps(to_u32(*from.steps));
  if (from.guidance) out.set_guidance(static_cast<float>(*from.guidance));
}

}  // namespace

v1::GenerateEvent EventTranslator::queued(int64_t position, int64_t length) {
  v1::GenerateEvent event;
  event.mutable_queued()->set_position(to_u32(position));
  event.mutable_queued()->set_length(to_u32(length));
  return event;
}

void EventTranslator::flush_step(std::vector<v1::GenerateEvent>& out) {
  if (step_) out.push_back(*std::exchange(step_, std::nullopt));
}

std::vector<v1::GenerateEvent> EventTranslator::translate(const GenerateEvent& event) {
  std::vector<v1::GenerateEvent> out;
  if (const auto* preview = std::get_if<PreviewReady>(&event)) {
    if (step_) set_png(*step_->mutable_step()->mutable_preview(), preview->png);
    flush_step(out);
    return out;
  }
  flush_step(out);
  if (const auto* started = std::get_if<StageStarted>(&event)) {
    if (auto message = progress_event(started->stage, 0, started->units)) {
      out.push_back(*std::move(message));
    }
  } else if (const auto* progress = std::get_if<StageProgress>(&event)) {
    auto message = progress_event(progress->stage, progress->done, progress->units);
    const bool waits = message && message->has_step() && preview_every_ > 0 &&
                       progress->done % preview_every_ == 0;
    if (waits) {
      step_ = std::move(message);
    } else if (message) {
      out.push_back(*std::move(message));
    }
  }
  return out;
}

std::vector<v1::GenerateEvent> EventTranslator::finish(GenerateResult& result,
                                                       const std::string& model) {
  std::vector<v1::GenerateEvent> out;
  flush_step(out);
  for (size_t i = 0; i < result.pngs.size(); ++i) {
    v1::GenerateEvent event;
    event.mutable_image_ready()->set_index(static_cast<uint32_t>(i));
    set_png(*event.mutable_image_ready()->mutable_image(), std::move(result.pngs[i]));
    out.push_back(std::move(event));
  }
  out.push_back(result_event(result, model, result.pngs.size()));
  return out;
}

v1::StatusResponse to_proto(const EngineStatus& status) {
  v1::StatusResponse out;
  out.set_draining(status.draining);
  out.set_version(kVersion);
  v1::Device& device = *out.add_devices();
  device.set_name(status.device);
  device.set_total_bytes(to_u64(status.memory.total));
  device.set_budget_bytes(to_u64(status.memory_budget_bytes));
  device.set_used_bytes(to_u64(status.memory.used.total));
  set_usage(status.memory.used, *device.mutable_used());
  set_usage(status.memory.peak, *device.mutable_peak());
  out.set_queue_length(static_cast<uint32_t>(status.queue_length));
  out.set_queue_limit(static_cast<uint32_t>(status.queue_limit));
  for (const RunningJobStatus& job : status.running) {
    v1::RunningJob& running = *out.add_running();
    running.set_request_id(job.id);
    running.set_model(job.model);
    running.set_stage(job.stage);
    set_progress(running, job.done, job.units);
    running.set_seconds(job.seconds);
  }
  for (const LoadedModelStatus& model : status.models) {
    v1::LoadedModel& loaded = *out.add_models();
    loaded.set_key(model.key);
    loaded.set_fingerprint(model.fingerprint);
    loaded.set_bytes(to_u64(model.bytes));
  }
  return out;
}

v1::ModelInfo to_proto(const ModelFacts& facts) {
  const RegistryEntry& entry = facts.entry;
  v1::ModelInfo out;
  out.set_key(entry.key);
  out.set_display_name(entry.display_name);
  out.set_notes(entry.notes);
  for (const std::string& tag : entry.tags) out.add_tags(tag);
  out.set_is_default(facts.is_default);
  out.set_state(state_of(facts));
  out.set_problem(facts.problem);
  if (facts.identity != nullptr) {
    out.set_family(facts.identity->family);
    out.set_variant(facts.identity->variant);
    for (const Capability capability : facts.identity->capabilities) {
      out.add_capabilities(to_proto(capability));
      if (capability == Capability::kEdit) {
        out.set_max_images(to_u32(facts.identity->max_start_images));
      }
    }
  }
  if (facts.loaded != nullptr) {
    out.set_fingerprint(facts.loaded->fingerprint);
    out.set_loaded_bytes(to_u64(facts.loaded->bytes));
  }
  out.set_load_waits(facts.load.waits);
  out.set_load_problem(facts.load.problem);
  set_recommended(recommended_of(entry, facts.identity), *out.mutable_recommended());
  set_range(*out.mutable_allowed_steps(), entry.allowed.steps);
  set_range(*out.mutable_allowed_guidance(), entry.allowed.guidance);
  if (entry.allowed.side) set_range(*out.mutable_allowed_side(), *entry.allowed.side);
  out.set_max_side(to_u32(entry.max_side.value_or(0)));
  return out;
}

RecommendedParameters recommended_of(const RegistryEntry& entry, const ModelIdentity* identity) {
  RecommendedParameters all = entry.recommended;
  if (identity == nullptr) return all;
  if (!all.width) all.width = identity->width;
  if (!all.height) all.height = identity->height;
  if (!all.steps) all.steps = identity->steps;
  if (!all.guidance) all.guidance = identity->guidance;
  return all;
}

v1::MemoryPlan to_proto(const MemoryPlan& plan) {
  v1::MemoryPlan out;
  out.set_fits(plan.fits);
  out.set_words(plan.reason);
  for (const std::string& help : plan.helps) out.add_helps(help);
  out.set_device(plan.device);
  out.set_width(to_u32(plan.width));
  out.set_height(to_u32(plan.height));
  out.set_steps(to_u32(plan.steps));
  out.set_budget_bytes(to_u64(plan.budget_bytes));
  out.set_peak_bytes(to_u64(plan.peak_bytes));
  out.set_smallest_budget_bytes(to_u64(plan.smallest_budget_bytes));
  out.set_seconds_per_step(plan.seconds_per_step);
  out.set_seconds_per_request(plan.seconds_per_request);
  out.set_largest_side(to_u32(plan.largest_side));
  for (const PlannedComponent& component : plan.components) {
    v1::PlannedComponent& planned = *out.add_components();
    planned.set_name(component.name);
    planned.set_placement(component.placement);
    planned.set_format(component.format);
    planned.set_resident_blocks(to_u32(component.resident_blocks));
    planned.set_blocks(to_u32(component.blocks));
    planned.set_bytes(to_u64(component.bytes));
    planned.set_total_bytes(to_u64(component.total_bytes));
  }
  return out;
}

}  // namespace easel

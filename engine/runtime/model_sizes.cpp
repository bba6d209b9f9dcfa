#include "engine/runtime/model_sizes.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "engine/families/registry.h"
#include "engine/memory/published/published_models.h"
#include "engine/nn/dtype_map.h"
#include "engine/runtime/compute_choice.h"
#include "engine/runtime/published_demands.h"

namespace easel {
namespace {

constexpr int64_t kLeastSide = 64;
constexpr int64_t kLargestSide = 16384;
constexpr int64_t kSideStep = 16;

absl::Status check_side(std::string_view name, std::optional<int64_t> side) {
  if (!side || (*side >= kLeastSide && *side <= kLargestSide && *side % kSideStep == 0))
    return absl::OkStatus();
  return invalid_field(name, " must be a multiple of ", kSideStep, " from ", kLeastSide, " to ",
                       kLargestSide, ", not ", *side);
}

class PublishedSizes final : public ModelSizes {
 public:
  PublishedSizes(const PublishedModel& model, const MemoryPlanRequest& request,
                 const DeviceFacts& device, int64_t default_side)
      : model_(model),
        request_(request),
        dtype_(published_dtype(request.dtype)),
        device_is_host_(device.is_host),
        default_side_(default_side),
        components_(model.components(dtype_label(dtype_))) {}

  std::string title() const override { return model_.title; }
  const std::vector<ComponentFootprint>& components() const override { return components_; }

  absl::StatusOr<RequestSizes> at(std::optional<int64_t> width,
                                  std::optional<int64_t> height) override {
    EASEL_RETURN_IF_ERROR(check_side("width", width));
    EASEL_RETURN_IF_ERROR(check_side("height", height));
    RequestSizes sizes;
    sizes.width = width.value_or(default_side_);
    sizes.height = height.value_or(default_side_);
    sizes.steps = request_.steps.value_or(published_steps(model_.name));
    sizes.demands = published_demands(model_.name,
                                      {.width = sizes.width,
                                       .height = sizes.height,
                                       .num_images = request_.num_images,
                                       .steps = sizes.steps,
                                       .dtype_size = static_cast<int64_t>(c10::elementSize(dtype_)),
                                       .device_is_host = device_is_host_});
    return sizes;
  }

 private:
  const PublishedModel& model_;
  const MemoryPlanRequest request_;
  const at::ScalarType dtype_;
  const bool device_is_host_;
  const int64_t default_side_;
  const std::vector<ComponentFootprint> components_;
};

class FolderSizes final : public ModelSizes {
 public:
  FolderSizes(std::unique_ptr<Pipeline> pipeline, const MemoryPlanRequest& request,
              at::ScalarType dtype)
      : pipeline_(std::move(pipeline)), request_(request) {
    for (const Component* component : pipeline_->components())
      components_.push_back(component->footprint(dtype));
  }

  std::string title() const override {
    return std::filesystem::absolute(request_.path).lexically_normal().string();
  }
  const std::vector<ComponentFootprint>& components() const override { return components_; }

  absl::StatusOr<RequestSizes> at(std::optional<int64_t> width,
                                  std::optional<int64_t> height) override {
    GenerateRequest generate;
    generate.width = width;
    generate.height = height;
    generate.steps = request_.steps;
    generate.num_images = request_.num_images;
    generate.seed = 0;
    EASEL_ASSIGN_OR_RETURN(const auto state, pipeline_->begin(generate));
    RequestSizes sizes;
    sizes.width = width.value_or(0);
    sizes.height = height.value_or(0);
    sizes.demands = pipeline_->demands(*state);
    for (const StageDemand& demand : sizes.demands)
      sizes.steps = std::max(sizes.steps, demand.passes);
    return sizes;
  }

 private:
  const std::unique_ptr<Pipeline> pipeline_;
  const MemoryPlanRequest request_;
  std::vector<ComponentFootprint> components_;
};

absl::StatusOr<std::unique_ptr<ModelSizes>> open_folder(const MemoryPlanRequest& request,
                                                        const DeviceFacts& device) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder,
                         ModelFolder::open(request.path, request.components));
  EASEL_ASSIGN_OR_RETURN(const Family* family, find_family(folder));
  EASEL_ASSIGN_OR_RETURN(const auto main, folder.checkpoint(family->main_component));
  ComputeOptions compute;
  compute.device = device.planned_for;  // nothing is put there
  compute.dtype = choose_dtype(request.dtype, *main, compute.device);
  EASEL_ASSIGN_OR_RETURN(std::unique_ptr<Pipeline> pipeline, family->open(folder, compute));
  return std::make_unique<FolderSizes>(std::move(pipeline), request, compute.dtype);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelSizes>> open_model_sizes(const MemoryPlanRequest& request,
                                                             const DeviceFacts& device,
                                                             int64_t default_side) {
  if (request.published.empty()) return open_folder(request, device);
  const PublishedModel* model = find_published_model(request.published);
  if (model == nullptr) {
    return invalid_field("no published model has the name '", request.published, "': there are ",
                         join(published_model_names(), ", "));
  }
  return std::make_unique<PublishedSizes>(*model, request, device, default_side);
}

}  // namespace easel

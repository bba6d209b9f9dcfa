// What a model family is to the rest of the engine.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/generate.h"
#include "engine/families/stage.h"
#include "engine/memory/component.h"

namespace easel {

// How the weights are computed with; chosen by the runtime before anything is loaded.
struct ComputeOptions {
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;
};

// What a finished request amounts to.
struct PipelineResult {
  at::Tensor images;  // [N, 3, H, W], fp32 on the host, 0…1
  uint64_t seed = 0;
  int64_t width = 0, height = 0, steps = 0;
  std::optional<double> guidance, true_cfg, strength;
  std::string sampler;
};

// One opened model: its components and the stages that a request goes through. Owned by the Model;
// used by one thread at a time.
class Pipeline {
 public:
  virtual ~Pipeline() = default;

  virtual std::string family() const = 0;   // "flux"
  virtual std::string variant() const = 0;  // "dev", "schnell"
  virtual const std::vector<Stage>& stages() const = 0;
  virtual std::vector<Component*> components() = 0;

  // What each stage will take for this request, in the order of stages(): its passes over the
  // weights, and the memory beside them.
  virtual std::vector<StageDemand> demands(const RequestState& state) const = 0;

  // Checks the request (INVALID_FIELD, naming the field and what is allowed), tokenises, and makes
  // the state that the stages work on. Needs no weights.
  virtual absl::StatusOr<std::unique_ptr<RequestState>> begin(const GenerateRequest& request) = 0;

  // The picture as it stands, [3, h, w] within 0…1 on the host; nothing where there is none to
  // show.
  virtual std::optional<at::Tensor> preview(const RequestState& state) const = 0;

  // After the last stage.
  virtual PipelineResult finish(RequestState& state) = 0;
};

}  // namespace easel

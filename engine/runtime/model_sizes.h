// What a model's weights and its requests take, from its headers or from what is published of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/memory_plan.h"
#include "engine/memory/residency_plan.h"
#include "engine/runtime/device_facts.h"

namespace easel {

struct RequestSizes {
  int64_t width = 0, height = 0;  // 0: the model's own, which its request alone knows
  int64_t steps = 0;
  std::vector<StageDemand> demands;
};

// Used by one thread at a time.
class ModelSizes {
 public:
  virtual ~ModelSizes() = default;

  virtual std::string title() const = 0;
  virtual const std::vector<ComponentFootprint>& components() const = 0;
  // Of a request like the one that the sizes were opened for, at another size; absent: the model's
  // own. INVALID_FIELD for a size that cannot be.
  virtual absl::StatusOr<RequestSizes> at(std::optional<int64_t> width,
                                          std::optional<int64_t> height) = 0;
};

// Loads no weights. `default_side` is of published models, which have no size of their own. Errors
// as plan_memory.
absl::StatusOr<std::unique_ptr<ModelSizes>> open_model_sizes(const MemoryPlanRequest& request,
                                                             const DeviceFacts& device,
                                                             int64_t default_side);

}  // namespace easel

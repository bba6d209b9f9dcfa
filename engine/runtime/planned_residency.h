// With a memory budget: every job is planned before it starts, and its weights lie as the plan
// says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "engine/memory/residency_plan.h"
#include "engine/memory/transfer_device.h"
#include "engine/runtime/residency.h"

namespace easel {

// What the pipeline's own weights take at this moment.
struct HeldBytes {
  int64_t weights = 0;  // of the budget
  int64_t kept = 0;     // of the host's memory, in copies that the transfer device keeps
};

// The limits at this moment.
using ReadLimits = std::function<MemoryLimits(const HeldBytes& held)>;

// The pipeline and `transfer` outlive it.
class PlannedResidency : public Residency {
 public:
  PlannedResidency(Pipeline& pipeline, ComputeOptions compute, TransferDevice& transfer,
                   ReadLimits read_limits);

  void set_make_room(Model::MakeRoom make_room) override { make_room_ = std::move(make_room); }
  absl::Status begin(RequestState& state) override;
  absl::Status enter(const Stage& stage, const RequestState& state) override;
  void begin_unit(const Stage& stage, const RequestState& state, bool another_follows) override;
  void leave(const Stage& stage, const RequestState& state) override;
  void end() override;
  bool relieve(RequestState& state) override;

  const ResidencyPlan* plan() const override { return plan_ ? &*plan_ : nullptr; }

 private:
  void take(ResidencyPlan plan, RequestState& state);
  int64_t held_bytes() const;

  Pipeline& pipeline_;
  const ComputeOptions compute_;
  TransferDevice& transfer_;
  const ReadLimits read_limits_;
  Model::MakeRoom make_room_;
  std::vector<ComponentFootprint> footprints_;
  MemoryLimits limits_;
  std::optional<ResidencyPlan> plan_;
};

}  // namespace easel

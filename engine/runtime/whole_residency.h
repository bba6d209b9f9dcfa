// Without a memory budget: components are loaded whole when a stage first needs them.
#pragma once

#include "engine/runtime/residency.h"

namespace easel {

// The pipeline outlives it.
class WholeResidency : public Residency {
 public:
  WholeResidency(Pipeline& pipeline, ComputeOptions compute, Retention retention)
      : pipeline_(pipeline), compute_(compute), retention_(retention) {}

  absl::Status begin(RequestState&) override { return absl::OkStatus(); }
  absl::Status enter(const Stage& stage, const RequestState& state) override;
  void begin_unit(const Stage&, const RequestState&, bool /*another_follows*/) override {}
  void leave(const Stage& stage, const RequestState& state) override;
  bool relieve(RequestState&) override { return false; }

 private:
  Pipeline& pipeline_;
  const ComputeOptions compute_;
  const Retention retention_;
};

}  // namespace easel

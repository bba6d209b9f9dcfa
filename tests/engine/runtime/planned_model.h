// A tiny model whose jobs are planned for a budget that the test sets, in bytes of its own tensors:
// unlike the process's resident memory they are the same in every run.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/families/registry.h"
#include "engine/memory/host_device.h"
#include "engine/runtime/job_runner.h"
#include "engine/runtime/planned_residency.h"
#include "tests/engine/runtime/tiny_model.h"

namespace easel::testing {

inline constexpr int64_t kPlentyBytes = int64_t{1} << 40;

class PlannedModel {
 public:
  // `read_limits` hears of the bytes that the model's own weights take. Fails the test, and is
  // unusable, when the model cannot be opened.
  PlannedModel(const std::string& name, ReadLimits read_limits)
      : device_(HostDevice::create().value()) {
    open(name, std::move(read_limits));
  }

  absl::StatusOr<JobOutcome> run(const GenerateRequest& request, const EventSink& sink = {}) {
    return run_job(*pipeline_, *residency_, request, sink, CancelToken());
  }
  int64_t held() const {
    int64_t bytes = 0;
    for (const Component* component : pipeline_->components()) bytes += component->loaded_bytes();
    return bytes;
  }
  // Of the job that began last.
  const ResidencyPlan& plan() const { return *residency_->plan(); }
  void set_make_room(Model::MakeRoom make_room) { residency_->set_make_room(std::move(make_room)); }

 private:
  void open(const std::string& name, ReadLimits read_limits) {
    auto folder = ModelFolder::open(tiny_model_path(name), {});
    ASSERT_TRUE(folder.ok()) << folder.status();
    const auto family = find_family(*folder);
    ASSERT_TRUE(family.ok()) << family.status();
    auto pipeline = (*family)->open(*folder, compute_);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    pipeline_ = *std::move(pipeline);
    residency_ =
        std::make_unique<PlannedResidency>(*pipeline_, compute_, *device_, std::move(read_limits));
  }

  const ComputeOptions compute_;
  std::unique_ptr<HostDevice> device_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<PlannedResidency> residency_;
};

inline MemoryLimits limits_of(int64_t budget_bytes, int64_t base_bytes = 0) {
  MemoryLimits limits;
  limits.budget_bytes = budget_bytes;
  limits.base_bytes = base_bytes;
  limits.host_bytes = kPlentyBytes;
  limits.device_is_host = true;
  return limits;
}

}  // namespace easel::testing

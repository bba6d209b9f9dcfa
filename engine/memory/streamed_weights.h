// The blocks of one component, brought while they are computed with.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/block_streamer.h"
#include "engine/memory/packed_block.h"
#include "engine/memory/residency_plan.h"
#include "engine/nn/block_gate.h"
#include "engine/nn/module.h"

namespace easel {

// An error that has to pass through the network's code; ends in the job runner.
class WeightsError : public std::exception {
 public:
  explicit WeightsError(absl::Status status)
      : status_(std::move(status)), text_(status_.ToString()) {}
  const absl::Status& status() const { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  absl::Status status_;
  std::string text_;
};

// Where the blocks of a component lie while it is loaded.
struct BlockResidency {
  std::vector<bool> resident;  // a flag a block, in order of execution
  size_t num_slots = 2;        // what the others share
  // The device may keep the bytes of the others in the host's memory; of all where all are
  // resident.
  bool kept = false;

  bool operator==(const BlockResidency&) const = default;
};

BlockResidency residency_of(const ComponentPlan& plan);

// Owns the streamer and stands as a gate before the parameters, for its life. Used by the thread
// that computes.
class StreamedWeights : public BlockGate {
 public:
  // Takes the slots' memory (OUT_OF_MEMORY), reads nothing. `transfer` and the blocks, in order of
  // execution, outlive it.
  static absl::StatusOr<std::unique_ptr<StreamedWeights>> create(
      std::vector<const PackedBlock*> blocks, const BlockResidency& residency,
      TransferDevice& transfer);
  ~StreamedWeights() override;

  // The blocks will be computed with once, in their order. With `another_follows` the first ones of
  // the next pass are brought meanwhile.
  void begin_pass(bool another_follows);

  // Throws WeightsError: BAD_WEIGHTS, OUT_OF_MEMORY.
  void enter(size_t block) override;

  const BlockStreamer& streamer() const { return *streamer_; }
  const BlockResidency& residency() const { return residency_; }

 private:
  StreamedWeights(std::vector<const PackedBlock*> blocks, BlockResidency residency)
      : residency_(std::move(residency)), blocks_(std::move(blocks)) {}

  BlockResidency residency_;
  const std::vector<const PackedBlock*> blocks_;
  std::unique_ptr<BlockStreamer> streamer_;
  size_t current_ = static_cast<size_t>(-1);  // the block that is bound
};

}  // namespace easel

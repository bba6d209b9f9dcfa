#include "engine/memory/streamed_weights.h"

#include <algorithm>

#include "base/error.h"

namespace easel {
namespace {

constexpr size_t kNoBlock = static_cast<size_t>(-1);

}  // namespace

BlockResidency residency_of(const ComponentPlan& plan) {
  return {plan.resident_blocks, std::max<size_t>(plan.num_slots, 2), plan.pinned_bytes > 0};
}

absl::StatusOr<std::unique_ptr<StreamedWeights>> StreamedWeights::create(
    std::vector<const PackedBlock*> blocks, const BlockResidency& residency,
    TransferDevice& transfer) {
  std::unique_ptr<StreamedWeights> weights(new StreamedWeights(std::move(blocks), residency));
  BlockStreamerOptions options;
  options.blocks.assign(weights->blocks_.begin(), weights->blocks_.end());
  options.resident = residency.resident;
  options.num_slots = residency.num_slots;
  EASEL_ASSIGN_OR_RETURN(weights->streamer_, BlockStreamer::create(transfer, std::move(options)));
  for (size_t i = 0; i < weights->blocks_.size(); ++i) {
    for (Parameter* parameter : weights->blocks_[i]->parameters()) {
      parameter->set_gate(weights.get(), i);
    }
  }
  return weights;
}

StreamedWeights::~StreamedWeights() {
  for (const PackedBlock* block : blocks_) {
    for (Parameter* parameter : block->parameters()) parameter->set_gate(nullptr);
    block->unbind();
  }
}

void StreamedWeights::begin_pass(bool another_follows) {
  if (current_ != kNoBlock) blocks_[current_]->unbind();
  current_ = kNoBlock;
  streamer_->begin_pass(another_follows);
}

void StreamedWeights::enter(size_t block) {
  if (block == current_) return;
  // Unbound first: its slot may be filled anew from here on.
  if (current_ != kNoBlock) blocks_[current_]->unbind();
  current_ = kNoBlock;
  absl::StatusOr<const std::byte*> memory = streamer_->enter(block);
  if (!memory.ok()) throw WeightsError(memory.status());
  blocks_[block]->bind(*memory);
  current_ = block;
}

}  // namespace easel

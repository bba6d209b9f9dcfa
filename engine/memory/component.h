// A part of a model that is loaded and dropped as a whole: a text encoder, the transformer, the
// autoencoder.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/residency_plan.h"
#include "engine/memory/streamed_weights.h"
#include "engine/memory/weight_buffer.h"
#include "engine/nn/checkpoint_binding.h"
#include "engine/nn/module.h"
#include "engine/weights/checkpoint.h"

namespace easel {

// Owns the module tree and the checkpoint that it was matched with. Not thread-safe: one job at a
// time uses it.
class Component {
 public:
  // Matches every parameter with the checkpoint (BAD_WEIGHTS when they do not fit); loads nothing
  // yet.
  static absl::StatusOr<std::unique_ptr<Component>> create(
      std::string name, std::unique_ptr<Module> module,
      std::shared_ptr<const Checkpoint> checkpoint, const KeyRules& rules);

  const std::string& name() const { return name_; }
  const Checkpoint& checkpoint() const { return *checkpoint_; }

  // Brings all weights to `device` in `dtype`; nothing to do when they are there already.
  // BAD_WEIGHTS when a file was cut short. Throws c10::Error (out of memory) with the component
  // left unloaded.
  absl::Status load(at::ScalarType dtype, at::Device device);

  // Brings what is in no block, and takes memory for the blocks, which come one ahead of their use.
  // What is there already in another way is dropped first; what `transfer` may keep of the blocks
  // in the host's memory stays with the component, loaded or not. BAD_WEIGHTS, OUT_OF_MEMORY, and
  // what `load` throws; the component is left unloaded. `transfer` outlives it.
  absl::Status stream(at::ScalarType dtype, at::Device device, const BlockResidency& residency,
                      TransferDevice& transfer);

  // Whether it streams, and just so.
  bool lies_as(const BlockResidency& residency) const;

  // Before all its blocks are computed with once, in order; means nothing unless it streams.
  void begin_pass(bool another_follows);

  void unload();
  bool loaded() const { return !buffers_.empty(); }

  // Its sizes when it is computed in `dtype`.
  ComponentFootprint footprint(at::ScalarType dtype) const;

  // Bytes that the loaded weights take: slots and resident blocks with what they use in the mapped
  // file, other weights without that.
  int64_t loaded_bytes() const;
  // Bytes of those other weights that are used where they lie in the mapped file.
  int64_t mapped_bytes() const;

 private:
  Component(std::string name, std::unique_ptr<Module> module,
            std::shared_ptr<const Checkpoint> checkpoint);
  void pack(const std::vector<Module::Block>& blocks, at::ScalarType dtype, at::Device device);

  std::string name_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  std::unique_ptr<Module> module_;
  std::vector<std::unique_ptr<WeightBuffer>> buffers_;  // while loaded; one a block, or the first
  // The other blocks since they streamed first, with what the device keeps of them.
  std::vector<std::unique_ptr<PackedBlock>> packed_;
  // What they are computed in, and where.
  std::pair<at::ScalarType, at::Device> packed_for_{at::kFloat, at::kCPU};
  std::unique_ptr<StreamedWeights> streamed_;  // where they stream
};

}  // namespace easel

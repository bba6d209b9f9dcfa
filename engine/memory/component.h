// A part of a model that is loaded and dropped as a whole: a text encoder, the transformer, the
// autoencoder.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  void unload();
  bool loaded() const { return !buffers_.empty(); }

  // Bytes of our own memory that the loaded weights take; what lies in the mapped file is not
  // counted.
  int64_t loaded_bytes() const;
  // Bytes of the loaded weights that are used where they lie in the mapped file.
  int64_t mapped_bytes() const;

 private:
  Component(std::string name, std::unique_ptr<Module> module,
            std::shared_ptr<const Checkpoint> checkpoint);

  std::string name_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  std::unique_ptr<Module> module_;
  std::vector<std::unique_ptr<WeightBuffer>> buffers_;  // one a block, while loaded
};

}  // namespace easel

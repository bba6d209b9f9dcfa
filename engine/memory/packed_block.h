// How the parameters of one block lie behind each other in memory, and how they get there.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <vector>

#include "engine/memory/transfer_device.h"
#include "engine/nn/module.h"

namespace easel {

// Reading is thread-safe, binding is for the thread that computes. The checkpoint outlives it.
class PackedBlock : public BlockSource {
 public:
  // Every parameter must have a source; each is kept in what it is computed in when its component
  // is computed in `component_dtype`.
  PackedBlock(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype);

  size_t bytes() const override { return bytes_; }

  // Reads the file, a few MiB at a time, and converts what is stored in another dtype. No page of
  // the mapping is touched. One thread, for beside a thread that computes.
  absl::Status read_part(size_t first, size_t count, std::byte* target) const override;
  // All of it, converting with all of torch's threads.
  absl::Status read_at_once(std::byte* target) const;

  // Whether devices may keep a copy; it goes when they may not, and with the block. Not while an
  // upload is not awaited.
  void set_keep(bool keep);
  std::unique_ptr<KeptBytes>* kept() const override { return keep_ ? &kept_ : nullptr; }

  // Binds the parameters to where they lie in `memory` on `device`.
  void bind(const std::byte* memory, at::Device device) const;
  void unbind() const;

  const std::vector<Parameter*>& parameters() const { return parameters_; }

 private:
  absl::Status read_range(size_t first, size_t count, std::byte* target) const;

  std::vector<Parameter*> parameters_;
  std::vector<size_t> offsets_;         // a parameter's first byte
  std::vector<at::ScalarType> dtypes_;  // what it is computed in
  size_t bytes_ = 0;
  bool keep_ = false;
  mutable std::unique_ptr<KeptBytes> kept_;  // the device's
};

// The dtype that `parameter` is computed in when its component is computed in `component_dtype`.
at::ScalarType compute_dtype(const Parameter& parameter, at::ScalarType component_dtype);

// What PackedBlock takes for them.
size_t packed_bytes(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype);

}  // namespace easel

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
//
// On the CPU a parameter whose bytes in the checkpoint already lie right (same dtype, aligned) is
// used where it lies in the mapped file. Its place, behind those that are copied, stays empty, so a
// block takes the same memory one way or the other.
class PackedBlock : public BlockSource {
 public:
  // Every parameter must have a source; each is kept in what it is computed in when its component
  // is computed in `component_dtype` on `device`.
  PackedBlock(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype,
              at::Device device);

  size_t bytes() const override { return copied_bytes_ + in_place_bytes_; }
  size_t copied_bytes() const { return copied_bytes_; }
  size_t in_place_bytes() const override { return in_place_bytes_; }

  // Reads the file, a few MiB at a time, and converts what is stored in another dtype; of what is
  // used in place brings the pages. One thread, for beside a thread that computes.
  absl::Status read_part(size_t first, size_t count, std::byte* target) const override;
  // What is copied, converting with all of torch's threads.
  absl::Status read_copied(std::byte* target) const;
  void let_go() const override;

  // Whether devices may keep a copy; it goes when they may not, and with the block. Not while an
  // upload is not awaited.
  void set_keep(bool keep);
  std::unique_ptr<KeptBytes>* kept() const override { return keep_ ? &kept_ : nullptr; }

  // Binds the parameters to where they lie in `memory` (of copied_bytes() at least) or in the file.
  void bind(const std::byte* memory) const;
  void unbind() const;

  const std::vector<Parameter*>& parameters() const { return parameters_; }

 private:
  absl::Status read_range(size_t first, size_t count, std::byte* target) const;

  std::vector<Parameter*> parameters_;  // in the order of their places: first what is copied
  std::vector<size_t> offsets_;         // a parameter's first byte
  std::vector<at::ScalarType> dtypes_;  // what it is computed in
  at::Device device_;
  size_t num_copied_ = 0;  // parameters
  size_t copied_bytes_ = 0, in_place_bytes_ = 0;
  bool keep_ = false;
  mutable std::unique_ptr<KeptBytes> kept_;  // the device's
};

// What PackedBlock takes for them.
size_t packed_bytes(const std::vector<Parameter*>& parameters, at::ScalarType component_dtype);

}  // namespace easel

// A module's handle on one tensor of a checkpoint.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/nn/block_gate.h"
#include "engine/weights/checkpoint.h"

namespace easel {

class Module;

// Where the bytes of a bound parameter lie.
enum class Place {
  kUnbound,  // nowhere: the component is not loaded
  kFile,     // in the mapped checkpoint itself
  kHost,     // in host memory of our own
  kDevice,   // on the GPU
};

// What a parameter is computed in, when the component's dtype is fp16.
enum class Precision {
  kComponent,      // the component's dtype
  kFloat32InHalf,  // fp32 when the component is fp16 (T5's `wo` overflows there), else the
                   // component's dtype
};

// What of the checkpoint makes up the parameter: an entry of a file, or a range of its rows (a
// fused projection that the module sees as three), possibly with its two row halves swapped (the
// final modulation of layouts that store shift before scale). Renamed and fused layouts need no
// copy of their own.
struct ParameterSource {
  const Checkpoint* checkpoint = nullptr;  // owned by the Component
  const Checkpoint::Entry* entry = nullptr;
  int64_t first_row = 0;
  bool swap_halves = false;

  bool found() const { return entry != nullptr; }
};

// Name and shape are fixed by the module; the source is set when the component meets its
// checkpoint; the tensor is bound while the weights are loaded. A module never owns a tensor:
// whoever binds one keeps its memory alive until `unbind()`. Not thread-safe against binding.
class Parameter {
 public:
  // `name` is the last part of the checkpoint's own key. Registers itself with `owner`, so it stays
  // where it is.
  Parameter(Module& owner, std::string name, std::vector<int64_t> shape,
            Precision precision = Precision::kComponent);
  Parameter(const Parameter&) = delete;
  Parameter& operator=(const Parameter&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t numel() const;
  Precision precision() const { return precision_; }

  const ParameterSource& source() const { return source_; }
  void set_source(ParameterSource source) { source_ = source; }

  // The bound tensor, of `shape()`; a gate is asked first. Throws c10::Error when the parameter is
  // unbound. The reference is good until the next block is used.
  const at::Tensor& tensor() const;
  void bind(at::Tensor tensor, Place place);
  void unbind();
  Place place() const { return place_; }

  // From now on `gate` is asked for `block` before the tensor is used; nullptr: nobody is. Whoever
  // sets it outlives its use.
  void set_gate(BlockGate* gate, size_t block = 0);

 private:
  std::string name_;
  std::vector<int64_t> shape_;
  Precision precision_;
  ParameterSource source_;
  at::Tensor tensor_;
  Place place_ = Place::kUnbound;
  BlockGate* gate_ = nullptr;
  size_t block_ = 0;  // what the gate knows its block by
};

}  // namespace easel

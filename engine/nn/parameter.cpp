#include "engine/nn/parameter.h"

#include <utility>

#include "engine/nn/module.h"

namespace easel {

Parameter::Parameter(Module& owner, std::string name, std::vector<int64_t> shape,
                     Precision precision)
    : name_(std::move(name)), shape_(std::move(shape)), precision_(precision) {
  owner.register_parameter(*this);
}

int64_t Parameter::numel() const {
  int64_t count = 1;
  for (const int64_t size : shape_) count *= size;
  return count;
}

const at::Tensor& Parameter::tensor() const {
  if (gate_ != nullptr) gate_->enter(block_);
  TORCH_CHECK(tensor_.defined(), "parameter '", name_,
              "' is used while its weights are not loaded");
  return tensor_;
}

void Parameter::bind(at::Tensor tensor, Place place) {
  TORCH_CHECK(tensor.sizes() == c10::IntArrayRef(shape_), "parameter '", name_,
              "': expected shape ", c10::IntArrayRef(shape_), ", got ", tensor.sizes());
  tensor_ = std::move(tensor);
  place_ = place;
}

void Parameter::unbind() {
  tensor_.reset();
  place_ = Place::kUnbound;
}

void Parameter::set_gate(BlockGate* gate, size_t block) {
  gate_ = gate;
  block_ = block;
}

}  // namespace easel

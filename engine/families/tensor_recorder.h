// Keeps intermediate tensors for --save-tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "engine/api/named_tensor.h"

namespace easel {

// Does nothing unless switched on. For one job's thread.
class TensorRecorder {
 public:
  void enable() { enabled_ = true; }
  bool enabled() const { return enabled_; }

  // Copies the tensor as it is now; a second one of the same name replaces the first.
  void record(const std::string& name, const at::Tensor& tensor);

  // Row 0 under `name`, row 1, where there is one, under "negative." + name.
  void record_rows(const std::string& name, const at::Tensor& rows);

  std::vector<NamedTensor> take() { return std::move(tensors_); }

 private:
  bool enabled_ = false;
  std::vector<NamedTensor> tensors_;
};

}  // namespace easel

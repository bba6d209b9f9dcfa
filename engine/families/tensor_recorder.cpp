#include "engine/families/tensor_recorder.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/nn/tensor_bytes.h"

namespace easel {

void TensorRecorder::record(const std::string& name, const at::Tensor& tensor) {
  if (!enabled_) return;
  NamedTensor copy = to_named_tensor(name, tensor);
  const auto same =
      std::find_if(tensors_.begin(), tensors_.end(), [&](const auto& t) { return t.name == name; });
  if (same == tensors_.end()) {
    tensors_.push_back(std::move(copy));
  } else {
    *same = std::move(copy);
  }
}

void TensorRecorder::record_rows(const std::string& name, const at::Tensor& rows) {
  if (!enabled_) return;
  record(name, rows.narrow(0, 0, 1));
  if (rows.size(0) > 1) record("negative." + name, rows.narrow(0, 1, 1));
}

}  // namespace easel

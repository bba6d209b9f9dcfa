#include "engine/nn/tensor_bytes.h"

#include <ATen/ATen.h>

#include <cstring>

#include "engine/nn/dtype_map.h"

namespace easel {

NamedTensor to_named_tensor(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor host = tensor.to(at::kCPU).contiguous();
  NamedTensor result{name, to_dtype(host.scalar_type()).value(), host.sizes().vec(), {}};
  result.bytes.assign(static_cast<const char*>(host.const_data_ptr()), host.nbytes());
  return result;
}

at::Tensor from_named_tensor(const NamedTensor& tensor) {
  at::Tensor result = at::empty(tensor.shape, at::TensorOptions(to_scalar_type(tensor.dtype)));
  TORCH_CHECK(result.nbytes() == tensor.bytes.size(), "tensor '", tensor.name, "' has ",
              tensor.bytes.size(), " bytes, its shape says ", result.nbytes());
  if (tensor.bytes.empty()) return result;  // whose memory may be nowhere
  std::memcpy(result.mutable_data_ptr(), tensor.bytes.data(), tensor.bytes.size());
  return result;
}

}  // namespace easel

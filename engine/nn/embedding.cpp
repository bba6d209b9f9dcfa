#include "engine/nn/embedding.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {

Embedding::Embedding(Module& parent, std::string name, int64_t rows, int64_t dim)
    : Module(parent, std::move(name)), weight_(*this, "weight", {rows, dim}) {}

at::Tensor Embedding::forward(const at::Tensor& ids) const {
  return at::embedding(weight_.tensor(), ids);
}

}  // namespace easel

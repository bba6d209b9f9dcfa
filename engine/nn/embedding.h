// A table of vectors, one row an id.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/nn/module.h"

namespace easel {

// Weight [rows, dim].
class Embedding : public Module {
 public:
  Embedding(Module& parent, std::string name, int64_t rows, int64_t dim);

  // ids of any shape, int64, each in [0, rows) → [..., dim]. Throws c10::Error on an id outside.
  at::Tensor forward(const at::Tensor& ids) const;

 private:
  Parameter weight_;
};

}  // namespace easel

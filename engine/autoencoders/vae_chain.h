// The networks of an encoder's or a decoder's steps (vae_steps.h), for whole maps and for parts of
// them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "engine/autoencoders/autoencoder_kl_blocks.h"

namespace easel {

// Borrows the modules; the encoder or decoder that has them owns it too. Maps are [B, C, H, W],
// parts of them [1, C, h, w]. Thread-safe to read.
class VaeChain {
 public:
  using Convolution = std::function<at::Tensor(at::Tensor)>;

  void add_middle(Convolution all);
  // `before`, `after`: null where the step has none.
  void add_resnet(Convolution before, const VaeResnetBlock& resnet, Convolution after);
  void add_pixels(const GroupNorm& norm, const Conv2d& convolution);

  size_t size() const { return steps_.size(); }
  // All steps, or steps [begin, end), on whole maps.
  at::Tensor forward(at::Tensor x) const { return forward(std::move(x), 0, size()); }
  at::Tensor forward(at::Tensor x, size_t begin, size_t end) const;

  // One step on a part of the map. `known`: the statistics of the step's norms over the whole map.
  at::Tensor part(size_t step, at::Tensor x, absl::Span<const GroupStatistics> known) const;
  // What norm number `known.size()` of the step gets.
  struct NormInput {
    const GroupNorm* norm = nullptr;
    at::Tensor x;
  };
  NormInput norm_input(size_t step, at::Tensor x, absl::Span<const GroupStatistics> known) const;

 private:
  struct Step {
    Convolution before;  // of the middle: all of it
    const VaeResnetBlock* resnet = nullptr;
    Convolution after;
    const GroupNorm* norm_out = nullptr;
    const Conv2d* conv_out = nullptr;
  };
  at::Tensor run(const Step& step, at::Tensor x, const GroupStatistics* first,
                 const GroupStatistics* second) const;

  std::vector<Step> steps_;
};

}  // namespace easel

#include "engine/autoencoders/vae_chain.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {

void VaeChain::add_middle(Convolution all) {
  Step step;
  step.before = std::move(all);
  steps_.push_back(std::move(step));
}

void VaeChain::add_resnet(Convolution before, const VaeResnetBlock& resnet, Convolution after) {
  Step step;
  step.before = std::move(before);
  step.resnet = &resnet;
  step.after = std::move(after);
  steps_.push_back(std::move(step));
}

void VaeChain::add_pixels(const GroupNorm& norm, const Conv2d& convolution) {
  Step step;
  step.norm_out = &norm;
  step.conv_out = &convolution;
  steps_.push_back(std::move(step));
}

at::Tensor VaeChain::forward(at::Tensor x, size_t begin, size_t end) const {
  for (size_t i = begin; i < end; ++i) {
    x = run(steps_[i], std::move(x), /*first=*/nullptr, /*second=*/nullptr);
  }
  return x;
}

at::Tensor VaeChain::part(size_t step, at::Tensor x,
                          absl::Span<const GroupStatistics> known) const {
  return run(steps_[step], std::move(x), known.data(),
             known.size() > 1 ? known.data() + 1 : nullptr);
}

at::Tensor VaeChain::run(const Step& step, at::Tensor x, const GroupStatistics* first,
                         const GroupStatistics* second) const {
  if (step.before) x = step.before(std::move(x));
  if (step.resnet != nullptr) x = step.resnet->output(step.resnet->hidden(x, first), x, second);
  if (step.norm_out != nullptr) {
    x = first != nullptr ? step.norm_out->forward(x, *first) : step.norm_out->forward(x);
    x = step.conv_out->forward(at::silu_(x));
  }
  return step.after ? step.after(std::move(x)) : x;
}

VaeChain::NormInput VaeChain::norm_input(size_t index, at::Tensor x,
                                         absl::Span<const GroupStatistics> known) const {
  const Step& step = steps_[index];
  if (step.before) x = step.before(std::move(x));
  if (step.resnet == nullptr) return {step.norm_out, std::move(x)};
  if (known.empty()) return {&step.resnet->norm1(), std::move(x)};
  return {&step.resnet->norm2(), step.resnet->hidden(x, known.data())};
}

}  // namespace easel

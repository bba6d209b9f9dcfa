#include "engine/nn/onednn_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <string_view>

namespace easel {
namespace {

// Below this many weights the call costs more than it saves.
constexpr int64_t kSmallestWeight = int64_t{512} * 512;

// mkldnn::_linear_pointwise(Tensor X, Tensor W, Tensor? B, str attr, Scalar?[] scalars, str?
// algorithm): the operator that torch's own compiler uses.
using LinearPointwise = at::Tensor(const at::Tensor&, const at::Tensor&,
                                   const std::optional<at::Tensor>&, std::string_view,
                                   c10::List<std::optional<at::Scalar>>,
                                   std::optional<std::string_view>);

const std::optional<c10::TypedOperatorHandle<LinearPointwise>>& linear_pointwise() {
  static const auto kOp = []() -> std::optional<c10::TypedOperatorHandle<LinearPointwise>> {
    const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!found) return std::nullopt;
    return found->typed<LinearPointwise>();
  }();
  return kOp;
}

}  // namespace

bool onednn_linear_pays(const at::Tensor& x, const at::Tensor& weight) {
  return x.is_cpu() && weight.scalar_type() == at::kFloat && weight.numel() >= kSmallestWeight &&
         linear_pointwise().has_value();
}

at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight,
                         const std::optional<at::Tensor>& bias) {
  return linear_pointwise()->call(x.contiguous(), weight, bias, "none",
                                  c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace easel

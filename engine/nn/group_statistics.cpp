#include "engine/nn/group_statistics.h"

#include <ATen/ATen.h>

namespace easel {

void GroupStatistics::merge(const GroupStatistics& part) {
  if (count == 0) {
    *this = part;
    return;
  }
  const auto ours = static_cast<double>(count), theirs = static_cast<double>(part.count);
  const double both = ours + theirs;
  for (size_t i = 0; i < means.size(); ++i) {
    const double apart = part.means[i] - means[i];
    means[i] += apart * theirs / both;
    squared_sums[i] += part.squared_sums[i] + apart * apart * ours * theirs / both;
  }
  count += part.count;
}

GroupStatistics group_statistics(const at::Tensor& x, int64_t groups) {
  TORCH_CHECK(x.size(0) == 1, "statistics are of one picture, not of ", x.size(0));
  std::vector<at::Tensor> means, squared_sums;
  for (const at::Tensor& group : x.chunk(groups, /*dim=*/1)) {
    const at::Tensor values = group.to(at::kFloat);
    means.push_back(values.mean());
    squared_sums.push_back((values - means.back()).square_().sum());
  }
  // One copy from the device for all groups.
  const at::Tensor both =
      at::stack({at::stack(means), at::stack(squared_sums)}).to(at::kCPU, at::kDouble);
  const auto* values = both.const_data_ptr<double>();
  return {x.numel() / groups, {values, values + groups}, {values + groups, values + 2 * groups}};
}

}  // namespace easel

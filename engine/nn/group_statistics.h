// Mean and variance of each group of channels, of a map that is seen tile by tile.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace easel {

// A value; empty until something is merged into it.
struct GroupStatistics {
  int64_t count = 0;                 // values of a group
  std::vector<double> means;         // [groups]
  std::vector<double> squared_sums;  // [groups], of the distances from the mean

  // Those of both parts together.
  // Source: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm (1979), eq. 2.1.
  void merge(const GroupStatistics& part);
  double variance(size_t group) const { return squared_sums[group] / static_cast<double>(count); }
};

// Of x [1, C, ...], computed in fp32 whatever its dtype, a group at a time: beside x a group is
// held three times.
GroupStatistics group_statistics(const at::Tensor& x, int64_t groups);

}  // namespace easel

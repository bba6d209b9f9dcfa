#include "engine/image/fit_size.h"

#include <algorithm>
#include <cmath>

namespace easel {

PictureSize fit_size(PictureSize size, int64_t lowest, int64_t highest) {
  const auto shorter = static_cast<double>(std::min(size.width, size.height));
  const auto longer = static_cast<double>(std::max(size.width, size.height));
  double factor = 1.0;
  if (shorter < static_cast<double>(lowest)) factor = static_cast<double>(lowest) / shorter;
  if (longer * factor > static_cast<double>(highest)) {
    factor = static_cast<double>(highest) / longer;
  }
  const auto scaled = [&](int64_t side) {
    return std::clamp<int64_t>(std::llround(static_cast<double>(side) * factor), lowest, highest);
  };
  return {scaled(size.width), scaled(size.height)};
}

}  // namespace easel

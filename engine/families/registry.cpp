#include "engine/families/registry.h"

#include <algorithm>

#include "base/error.h"
#include "engine/families/flux/family.h"

namespace easel {

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      flux_family(),
  };
  return kFamilies;
}

absl::StatusOr<const Family*> find_family(const ModelFolder& folder) {
  std::vector<std::string> supported;
  for (const Family& family : families()) {
    const auto& classes = family.pipeline_classes;
    if (std::find(classes.begin(), classes.end(), folder.pipeline_class()) != classes.end())
      return &family;
    supported.insert(supported.end(), classes.begin(), classes.end());
  }
  return bad_weights(folder.path().string(), " is a ", folder.pipeline_class(),
                     ", which is not supported: expected one of ", join(supported, ", "));
}

}  // namespace easel

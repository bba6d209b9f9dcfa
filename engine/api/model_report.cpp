#include "engine/api/model_report.h"

#include <algorithm>

namespace easel {

bool ModelReport::complete() const {
  return !family.empty() && problem.empty() &&
         std::all_of(components.begin(), components.end(),
                     [](const ComponentReport& component) { return component.problem.empty(); });
}

}  // namespace easel

// FLUX.1's line in the registry.
#pragma once

#include "engine/families/registry.h"

namespace easel {

Family flux_family();

}  // namespace easel

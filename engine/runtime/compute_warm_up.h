// What computing brings into the process beside its tensors.
#pragma once

#include <c10/core/ScalarType.h>

namespace easel {

// Computes a little of everything that networks are made of, on the CPU: the library's code,
// threads and tables are in memory afterwards, and the process's base can be measured. Some ten
// milliseconds.
void warm_up_compute(at::ScalarType dtype);

}  // namespace easel

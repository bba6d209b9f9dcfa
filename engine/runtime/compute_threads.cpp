#include "engine/api/compute_threads.h"

#include <ATen/Parallel.h>

namespace easel {

void set_compute_threads(int threads) { at::set_num_threads(threads); }

}  // namespace easel

// How many processor cores the engine computes with.
#pragma once

namespace easel {

// For the whole process, from now on; call it before a model is opened. `threads` is at least 1.
// Without a call the engine takes every core that the process may run on.
void set_compute_threads(int threads);

}  // namespace easel

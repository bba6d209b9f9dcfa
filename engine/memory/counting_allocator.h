// Counts the tensors on the CPU.
#pragma once

namespace easel {

// From the first call on, what libtorch's CPU allocator hands out is in host_ledger(), as the C
// library rounds it. Before any tensor that is to be counted. Thread-safe.
void count_cpu_tensors();

}  // namespace easel

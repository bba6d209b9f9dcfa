// What the memory of one device is used for. No torch in here.
#pragma once

#include <cstdint>
#include <optional>

namespace easel {

// Bytes. Base, weights, activations, cache and workspace add up to the total; where the system
// counts less than was handed out (pages that nobody touched), the workspace is 0.
struct MemoryUsage {
  int64_t total = 0;        // as the operating system or the driver's allocator counts it
  int64_t base = 0;         // taken before a model was opened: the program and its libraries
  int64_t weights = 0;      // slots that blocks stream through, and mapped file pages, included
  int64_t activations = 0;  // tensors that are no weights
  int64_t cache = 0;        // kept free by the device's allocator; always 0 on a CPU
  int64_t workspace = 0;    // the rest: scratch of libraries, heap that lies idle
  int64_t pinned = 0;       // host memory pinned for uploads; on a GPU beside the total
};

// Calls `visit(name, bytes)` for each part, in the order of a report.
template <typename Visit>
void visit_parts(const MemoryUsage& usage, Visit visit) {
  visit("total", usage.total);
  visit("base", usage.base);
  visit("weights", usage.weights);
  visit("activations", usage.activations);
  visit("cache", usage.cache);
  visit("workspace", usage.workspace);
  visit("pinned", usage.pinned);
}

// A job's, from its first stage to its result.
struct JobMemory {
  MemoryUsage before, peak, after;
  // Where there is a memory budget.
  std::optional<int64_t> budget_bytes;
  std::optional<int64_t> planned_peak_bytes;
};

}  // namespace easel

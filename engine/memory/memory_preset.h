// How much of a machine's memory a request may take when nobody says.
#pragma once

#include <cstdint>
#include <string>

namespace easel {

struct MemoryPreset {
  std::string name;          // "24 GB and more", "12 to 24 GB", …
  int64_t budget_bytes = 0;  // what is left for a request
  int64_t side = 1024;       // of a picture, where neither request nor model says it
};

// By the memory of a GPU: what the driver, the desktop and the allocator's gaps take is left out,
// more of it on larger cards.
MemoryPreset gpu_preset(int64_t total_bytes);

// By what a machine without a GPU has free now: four fifths of it, so that the page cache keeps
// room for what streams.
MemoryPreset cpu_preset(int64_t available_bytes);

}  // namespace easel

// Where the weights of a model lie while a request runs, decided before anything loads.
//
// A pure function of sizes, a budget and bandwidths: the runner carries the plan out and allocates
// nothing beyond it, `easel plan` prints it. Of all placements that hold the budget it takes the
// fastest one per request. What is computed comes first: a picture that fits is never tiled and its
// attention never chunked to make room for weights. Thread-safe: values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace easel {

// A part of a model that is loaded and dropped as a whole, in the format that it is computed with.
struct ComponentFootprint {
  std::string name;
  std::string format;                // "bf16"
  int64_t shared_bytes = 0;          // outside every block: there while the component is
  std::vector<int64_t> block_bytes;  // in order of execution

  int64_t total_bytes() const;
};

// A stage of a request, in order of execution.
struct StageDemand {
  // A way to compute it with less memory beside the weights.
  struct Tiled {
    int64_t vae_tile = 0;  // side in latent pixels
    int64_t activation_bytes = 0;
    double recompute = 1;  // how many times the operations of the stage without tiles
  };
  struct Chunked {
    int64_t attention_bytes = 0;   // that the scores of one attention may take
    int64_t activation_bytes = 0;  // of the stage, with such chunks
  };

  std::string name;
  std::vector<std::string> components;  // whose weights it computes with
  int64_t passes = 1;                   // over the weights; 0: the stage is passed over
  int64_t activation_bytes = 0;         // most that it holds beside the weights
  double seconds_per_pass = 0;          // with all weights in place; 0: not known
  double flops_per_pass = 0;          // operations, where the seconds are not known; 0: neither are
  std::vector<Chunked> chunked = {};  // largest first; empty: cannot be chunked
  std::vector<Tiled> tiled = {};      // largest first, chunked as far as it goes; empty: cannot
};

struct MemoryLimits {
  int64_t budget_bytes = 0;
  int64_t base_bytes = 0;    // of the budget, taken before anything loads: on a CPU the process
  int64_t host_bytes = 0;    // host memory that weights may be kept in, outside the budget
  int64_t pinned_bytes = 0;  // of it, that may be pinned
  double upload_bytes_per_second = 25e9;  // host memory → where it is computed
  double disk_bytes_per_second = 2e9;     // disk → where it is computed
  double flops_per_second = 0;            // of computing; 0: not known
  bool device_is_host = false;            // a CPU: pinning means nothing
};

enum class Placement {
  kResident,    // stays between requests
  kWhole,       // all of it, only while its stage runs
  kStreamHost,  // block by block while its stage runs, from host memory (a CPU: the page cache)
  kStreamDisk,  // the same, but the host's memory is too small: from disk in every pass
};

// "resident", "whole", "stream_host", "stream_disk": stable, scripts read them.
std::string placement_name(Placement placement);

struct ComponentPlan {
  std::string name;
  std::string format;
  Placement placement = Placement::kWhole;
  std::vector<bool> resident_blocks;  // which blocks are there all the time while the component is
  size_t num_slots = 0;               // that the other blocks pass through
  int64_t bytes = 0;                  // most that it holds: shared part, resident blocks, slots
  int64_t pinned_bytes = 0;           // of its host copy; 0: fed through a small pinned ring

  bool streams() const;
  size_t num_resident() const;
};

struct ResidencyPlan {
  bool fits = false;
  int64_t peak_bytes = 0;  // predicted, base included; when it does not fit: of the smallest plan
  double seconds_per_step = 0;            // of the stage with the most passes; 0: not known
  double seconds_per_request = 0;         // weights and computing of all stages, as far as known
  int64_t smallest_budget_bytes = 0;      // exactly: one byte less does not fit
  int64_t vae_tile = 0;                   // side in latent pixels; 0: untiled
  int64_t attention_bytes = 0;            // limit of the scores of one attention; 0: no limit
  std::vector<ComponentPlan> components;  // as they were given; empty when it does not fit
  std::string reason;                     // a sentence or two for people
  std::vector<std::string> helps;         // what else would make it fit, or faster

  const ComponentPlan* find(const std::string& name) const;
};

// Every stage names components that there are; block sizes are multiples of the weight alignment or
// not, as they come. At most kMaxPlannedComponents components.
inline constexpr size_t kMaxPlannedComponents = 8;
ResidencyPlan plan_residency(const std::vector<ComponentFootprint>& components,
                             const std::vector<StageDemand>& stages, const MemoryLimits& limits);

// After `failed` ran out of memory: the plan for a budget a tenth below what it took, and at least
// one streamable unit below. `stages` are those still to run. None when `failed` was the smallest.
std::optional<ResidencyPlan> plan_after_out_of_memory(
    const std::vector<ComponentFootprint>& components, const std::vector<StageDemand>& stages,
    const MemoryLimits& limits, const ResidencyPlan& failed);

}  // namespace easel

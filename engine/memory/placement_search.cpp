#include "engine/memory/placement_search.h"

#include <algorithm>
#include <utility>

namespace easel {
namespace {

// Sums in another order must not decide between equals.
constexpr double kSame = 1e-9;

// A way to place the components, and what it takes at the very least: which blocks of a streamed
// component stay is only chosen for the ways that may be the fastest.
struct Way {
  std::vector<Holding> holdings;
  double bound = 0;  // seconds
};

class Search {
 public:
  explicit Search(const PlanProblem& problem) : problem_(problem), holdings_(problem.size()) {}

  std::optional<PlacedModel> run() {
    enumerate(0);
    std::stable_sort(ways_.begin(), ways_.end(),
                     [](const Way& a, const Way& b) { return a.bound < b.bound; });
    std::optional<PlacedModel> best;
    for (Way& way : ways_) {
      if (best && way.bound >= best->seconds.request * (1 - kSame)) break;
      PlacedModel placed = choose_blocks(std::move(way.holdings));
      if (!best || placed.seconds.request < best->seconds.request * (1 - kSame))
        best = std::move(placed);
    }
    return best;
  }

 private:
  // What stays between requests first: of equals the first one is taken.
  void enumerate(size_t component) {
    if (component == problem_.size()) {
      add_way(holdings_);
      return;
    }
    if (!problem_.used(component)) return enumerate_held(component, Placement::kWhole);
    enumerate_held(component, Placement::kResident);
    // Blocks that are used once gain nothing by staying until the stage ends.
    if (problem_.num_passes(component) == 1) enumerate_streamed(component);
    enumerate_held(component, Placement::kWhole);
    if (problem_.num_passes(component) > 1) enumerate_streamed(component);
  }

  void enumerate_held(size_t component, Placement placement) {
    holdings_[component] = {placement, hold_whole(problem_.component(component))};
    enumerate(component + 1);
  }

  void enumerate_streamed(size_t component) {
    const ComponentFootprint& footprint = problem_.component(component);
    const int64_t least = least_bytes(footprint);
    if (least == footprint.total_bytes()) return;
    holdings_[component] = {Placement::kStreamHost,
                            {.resident = {}, .num_slots = kStreamSlots, .bytes = least}};
    enumerate(component + 1);
  }

  void add_way(std::vector<Holding> holdings) {
    if (peak_bytes(holdings) > problem_.limits.budget_bytes) return;
    Way way{holdings, 0};
    for (size_t i = 0; i < holdings.size(); ++i) {
      if (holdings[i].placement == Placement::kStreamHost)
        holdings[i].blocks = hold_at_best(problem_.component(i), room_for(i, holdings));
    }
    way.bound = cost(problem_, holdings).request;
    ways_.push_back(std::move(way));
  }

  PlacedModel choose_blocks(std::vector<Holding> holdings) const {
    for (size_t i = 0; i < holdings.size(); ++i) {
      if (holdings[i].placement != Placement::kStreamHost) continue;
      const ComponentFootprint& footprint = problem_.component(i);
      const bool kept = footprint.total_bytes() <= problem_.limits.host_bytes;
      const int64_t room =
          problem_.num_passes(i) == 1 ? least_bytes(footprint) : room_for(i, holdings);
      holdings[i].blocks =
          hold_within(footprint, room, pass_rates(problem_, busiest_stage(i), i, kept));
    }
    PlacedModel placed;
    placed.seconds = cost(problem_, holdings);
    placed.peak_bytes = peak_bytes(holdings);
    placed.holdings = std::move(holdings);
    return placed;
  }

  // What the other components leave in all stages of this one.
  int64_t room_for(size_t component, const std::vector<Holding>& holdings) const {
    int64_t room = INT64_MAX;
    for (size_t stage = 0; stage < problem_.stages.size(); ++stage) {
      if (!problem_.stages[stage].uses(component)) continue;
      const int64_t others =
          bytes_in_stage(problem_, stage, holdings) - holdings[component].blocks.bytes;
      room = std::min(room, problem_.limits.budget_bytes - others);
    }
    return room;
  }

  const PlannedStage& busiest_stage(size_t component) const {
    const PlannedStage* busiest = nullptr;
    for (const PlannedStage& stage : problem_.stages) {
      if (stage.uses(component) &&
          (busiest == nullptr || stage.demand->passes > busiest->demand->passes))
        busiest = &stage;
    }
    return *busiest;
  }

  int64_t peak_bytes(const std::vector<Holding>& holdings) const {
    int64_t peak = problem_.limits.base_bytes;
    for (size_t stage = 0; stage < problem_.stages.size(); ++stage)
      peak = std::max(peak, bytes_in_stage(problem_, stage, holdings));
    return peak;
  }

  const PlanProblem& problem_;
  std::vector<Holding> holdings_;  // of the way that is being put together
  std::vector<Way> ways_;
};

}  // namespace

std::optional<PlacedModel> fastest_placement(const PlanProblem& problem) {
  return Search(problem).run();
}

}  // namespace easel

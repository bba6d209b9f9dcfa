#include "engine/memory/resident_blocks.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/memory/block_streamer.h"

namespace easel {
namespace {

// Slot sizes that are tried, and how many of the choices are searched for something better.
constexpr size_t kMaxSlotSizes = 64;
constexpr size_t kSearchedChoices = 8;
// Where the even spread begins, in blocks: a search from one start may end in a dead end.
constexpr double kStarts[] = {0, 0.5};
// Blocks that one search may step over at each speed that it looks at: some milliseconds.
constexpr size_t kSearchSteps = 1'000'000;
constexpr double kSame = 1e-9;

size_t sum(const std::vector<size_t>& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), size_t{0});
}

std::vector<size_t> distinct_sizes(std::vector<size_t> bytes) {
  std::sort(bytes.begin(), bytes.end(), std::greater<>());
  bytes.erase(std::unique(bytes.begin(), bytes.end()), bytes.end());
  return bytes;
}

// The blocks, largest first; among equals each is far from those before it.
std::vector<size_t> filling_order(const std::vector<size_t>& block_bytes) {
  // Halves, quarters, eighths of the depth: the index with its bits turned round.
  const auto turned = [](size_t index) {
    size_t bits = 0;
    for (int i = 0; i < 16; ++i) bits |= (index >> i & 1) << (15 - i);
    return bits;
  };
  std::vector<size_t> order(block_bytes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::make_tuple(block_bytes[b], turned(a), a) <
           std::make_tuple(block_bytes[a], turned(b), b);
  });
  return order;
}

// What a choice is judged by: the seconds of a pass; where the speed is not known, the sum over a
// range of speeds around the one where uploads take as long as computing, each relative to its
// bound (further off nothing but the bytes counts, or nothing at all).
class PassCost {
 public:
  PassCost(const std::vector<size_t>& block_bytes, size_t budget_bytes, size_t num_slots,
           const std::optional<PassTimes>& times)
      : block_bytes_(block_bytes), num_slots_(num_slots) {
    if (times) {
      cases_ = {{*times, 1.0}};
      return;
    }
    const std::vector<double> compute(block_bytes.begin(), block_bytes.end());
    const auto total = static_cast<double>(sum(block_bytes));
    const double streamed = total - static_cast<double>(budget_bytes);
    for (const double speed : {0.25, 0.5, 1.0, 2.0}) {
      const double bytes_per_second = speed * streamed / total;
      cases_.push_back({{compute, bytes_per_second}, std::max(total, streamed / bytes_per_second)});
    }
  }

  double operator()(const std::vector<bool>& resident) const {
    double cost = 0;
    for (const auto& [times, bound] : cases_) {
      cost += pass_seconds(block_bytes_, resident, num_slots_, times) / bound;
    }
    return cost;
  }
  size_t steps() const { return 4 * block_bytes_.size(); }

 private:
  const std::vector<size_t>& block_bytes_;
  size_t num_slots_;
  std::vector<std::pair<PassTimes, double>> cases_;
};

// The blocks that stay, with slots of at most `slot_bytes`: larger ones always stay.
class Choice {
 public:
  // What is left beside the slots and the larger blocks, given to the others in proportion to
  // their bytes and in order; `ahead` of a block is given before the first.
  Choice(const std::vector<size_t>& block_bytes, size_t slot_bytes, size_t room, double ahead)
      : block_bytes_(&block_bytes), slot_bytes_(slot_bytes), room_(room) {
    size_t streamable = 0;
    for (const size_t bytes : block_bytes) streamable += bytes <= slot_bytes ? bytes : 0;
    const double share = static_cast<double>(room) / static_cast<double>(streamable);
    double due = ahead * static_cast<double>(slot_bytes);
    for (const size_t bytes : block_bytes) {
      resident_.push_back(bytes > slot_bytes);
      if (bytes > slot_bytes) continue;
      const auto size = static_cast<double>(bytes);
      due += share * size;
      if (due < size / 2 || bytes > room_) continue;
      due -= size;
      room_ -= bytes;
      resident_.back() = true;
    }
  }

  const std::vector<bool>& resident() const { return resident_; }
  size_t room() const { return room_; }
  bool may_leave(size_t i) const { return resident_[i] && (*block_bytes_)[i] <= slot_bytes_; }

  void leave(size_t i) {
    resident_[i] = false;
    room_ += (*block_bytes_)[i];
  }
  // False when there is no room.
  bool stay(size_t i) {
    if (resident_[i] || (*block_bytes_)[i] > room_) return false;
    resident_[i] = true;
    room_ -= (*block_bytes_)[i];
    return true;
  }
  // Keeps what still fits, in `order`.
  void fill(const std::vector<size_t>& order) {
    for (const size_t i : order) stay(i);
  }

 private:
  const std::vector<size_t>* block_bytes_;
  size_t slot_bytes_;
  size_t room_;  // bytes that are free
  std::vector<bool> resident_;
};

struct Judged {
  Choice choice;
  double cost;

  bool better_than(const Judged& other) const {
    if (cost < other.cost * (1 - kSame)) return true;
    return cost <= other.cost * (1 + kSame) && choice.room() < other.choice.room();
  }
};

// The room of one block, or of it and the next one that may leave, given to another; what is over
// goes to whatever fits.
std::optional<Choice> exchanged(const Choice& choice, size_t leaves, size_t comes,
                                const std::vector<size_t>& order) {
  if (!choice.may_leave(leaves) || choice.resident()[comes]) return std::nullopt;
  Choice other = choice;
  other.leave(leaves);
  if (!other.stay(comes)) {
    const size_t n = order.size();
    size_t next = leaves;
    do next = (next + 1) % n;
    while (next != leaves && !other.may_leave(next));
    if (next == leaves) return std::nullopt;
    other.leave(next);
    if (!other.stay(comes)) return std::nullopt;
  }
  other.fill(order);
  return other;
}

// Exchanges blocks as long as that makes a pass faster.
void search(Judged& best, const PassCost& cost, const std::vector<size_t>& order) {
  const size_t n = order.size();
  size_t steps = 0;
  // `unchanged` pairs in a row have brought nothing: all of them, when it reaches n * n.
  for (size_t pair = 0, unchanged = 0; unchanged < n * n && steps < kSearchSteps; ++pair) {
    ++unchanged;
    ++steps;
    auto other = exchanged(best.choice, pair / n % n, pair % n, order);
    if (!other) continue;
    Judged judged{*std::move(other), 0};
    judged.cost = cost(judged.choice.resident());
    steps += cost.steps();
    if (!judged.better_than(best)) continue;
    best = std::move(judged);
    unchanged = 0;
  }
}

// The slot sizes to try, of those that leave the budget enough for the larger blocks.
std::vector<std::pair<size_t, size_t>> slot_sizes_and_room(const std::vector<size_t>& block_bytes,
                                                           size_t budget_bytes, size_t num_slots) {
  std::vector<std::pair<size_t, size_t>> fitting;
  for (const size_t size : distinct_sizes(block_bytes)) {
    size_t held = num_slots * size;
    for (const size_t bytes : block_bytes) held += bytes > size ? bytes : 0;
    if (held <= budget_bytes) fitting.emplace_back(size, budget_bytes - held);
  }
  if (fitting.size() <= kMaxSlotSizes) return fitting;
  std::vector<std::pair<size_t, size_t>> some;
  for (size_t i = 0; i < kMaxSlotSizes; ++i) {
    some.push_back(fitting[i * (fitting.size() - 1) / (kMaxSlotSizes - 1)]);
  }
  return some;
}

}  // namespace

std::optional<std::vector<bool>> spread_resident(const std::vector<size_t>& block_bytes,
                                                 size_t budget_bytes, size_t num_slots,
                                                 const std::optional<PassTimes>& times) {
  if (sum(block_bytes) <= budget_bytes) return std::vector<bool>(block_bytes.size(), true);
  const std::vector<size_t> order = filling_order(block_bytes);
  const PassCost cost(block_bytes, budget_bytes, num_slots, times);
  std::vector<Judged> tried;
  for (const auto& [slot_bytes, room] : slot_sizes_and_room(block_bytes, budget_bytes, num_slots)) {
    for (const double ahead : kStarts) {
      Choice choice(block_bytes, slot_bytes, room, ahead);
      choice.fill(order);
      const double seconds = cost(choice.resident());
      tried.push_back({std::move(choice), seconds});
    }
  }
  if (tried.empty()) return std::nullopt;
  const auto better = [](const Judged& a, const Judged& b) { return a.better_than(b); };
  std::stable_sort(tried.begin(), tried.end(),
                   [](const Judged& a, const Judged& b) { return a.cost < b.cost; });
  const size_t searched = std::min(tried.size(), kSearchedChoices);
  for (size_t i = 0; i < searched; ++i) search(tried[i], cost, order);
  return std::min_element(tried.begin(), tried.end(), better)->choice.resident();
}

size_t smallest_streamer_bytes(const std::vector<size_t>& block_bytes, size_t num_slots) {
  size_t smallest = sum(block_bytes);
  for (const size_t size : distinct_sizes(block_bytes)) {
    std::vector<bool> resident(block_bytes.size());
    for (size_t i = 0; i < block_bytes.size(); ++i) resident[i] = block_bytes[i] > size;
    smallest = std::min(smallest, streamer_bytes(block_bytes, resident, num_slots));
  }
  return smallest;
}

}  // namespace easel

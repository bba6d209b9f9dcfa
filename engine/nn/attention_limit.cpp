#include "engine/nn/attention_limit.h"

#include <algorithm>

namespace easel {
namespace {

constexpr int64_t kScoreBytes = 4;
constexpr int64_t kScoreCopies = 2;

thread_local int64_t limit_in_force = 0;

}  // namespace

AttentionLimit::AttentionLimit(int64_t bytes) : before_(limit_in_force) { limit_in_force = bytes; }

AttentionLimit::~AttentionLimit() { limit_in_force = before_; }

int64_t AttentionLimit::bytes() { return limit_in_force; }

int64_t attention_score_bytes(int64_t batch, int64_t heads, int64_t queries, int64_t keys) {
  return batch * heads * queries * keys * kScoreBytes * kScoreCopies;
}

int64_t attention_chunk(int64_t batch, int64_t heads, int64_t queries, int64_t keys,
                        int64_t limit_bytes) {
  if (limit_bytes <= 0) return queries;
  const int64_t row = std::max<int64_t>(attention_score_bytes(batch, heads, 1, keys), 1);
  return std::clamp<int64_t>(limit_bytes / row, 1, std::max<int64_t>(queries, 1));
}

}  // namespace easel

// How much memory the scores of one attention may take. Set by whoever plans memory around a call
// into a network, so that no family passes it on.
#pragma once

#include <cstdint>

namespace easel {

// Holds on this thread from construction to destruction; the one before comes back then.
class AttentionLimit {
 public:
  explicit AttentionLimit(int64_t bytes);  // 0: no limit
  ~AttentionLimit();
  AttentionLimit(const AttentionLimit&) = delete;
  AttentionLimit& operator=(const AttentionLimit&) = delete;

  static int64_t bytes();  // in force on this thread

 private:
  int64_t before_;
};

// Bytes of the scores where a backend holds them, as torch's plain one does: in fp32 whatever the
// dtype, before and after the softmax.
int64_t attention_score_bytes(int64_t batch, int64_t heads, int64_t queries, int64_t keys);

// Queries that are computed at once under `limit_bytes`; all of them without a limit, at least one.
int64_t attention_chunk(int64_t batch, int64_t heads, int64_t queries, int64_t keys,
                        int64_t limit_bytes);

}  // namespace easel

// Counts a network's tensors by block, from its config: what a checkpoint's headers would say.
//
//   TensorTally tally;
//   tally.linear(4096, 4096);                         // outside every block
//   for (int i = 0; i < 24; ++i) tally.begin_block().linear(4096, 10240, Bias::kNo);
//   ComponentFootprint t5 = tally.footprint("text_encoder_2", "bf16");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/memory/residency_plan.h"

namespace easel {

enum class Bias { kNo, kYes };

// Shapes in the order of torch's classes. Every call returns the tally itself.
class TensorTally {
 public:
  // What follows belongs to a new block; blocks come in order of execution.
  TensorTally& begin_block();
  // What follows is outside every block again.
  TensorTally& end_blocks();

  TensorTally& tensor(int64_t elements);
  TensorTally& tensor_fp32(int64_t elements);  // kept in fp32 in every format
  TensorTally& linear(int64_t in, int64_t out, Bias bias = Bias::kYes);
  TensorTally& norm(int64_t channels, Bias bias = Bias::kYes);
  TensorTally& conv(int64_t in, int64_t out, int64_t kernel);    // 2-D
  TensorTally& conv3d(int64_t in, int64_t out, int64_t kernel);  // 3-D

  int64_t parameters() const;
  // Packed as WeightBuffers are: every tensor starts aligned. `format`: "fp32", "bf16", "fp16".
  ComponentFootprint footprint(std::string name, const std::string& format) const;

 private:
  struct Tensor {
    int64_t elements = 0;
    bool fp32 = false;
  };
  std::vector<Tensor> shared_;
  std::vector<std::vector<Tensor>> blocks_;
  bool in_block_ = false;
};

}  // namespace easel

// A pipeline as the runner sees it: stages of equal treatment, each a number of units.
//
// Cancelling, progress, previews, loading and dropping of weights, and time-keeping are the
// runner's; a stage only computes. A unit is the least that is worth stopping between: an encoder
// layer, a denoise step, a tile of a picture. Everything a stage leaves is in the state, so a job
// can stop after any unit and go on from there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "engine/api/generate.h"
#include "engine/families/tensor_recorder.h"

namespace easel {

// How much a stage may hold beside the weights; set by the runner from the plan, and again between
// two units when memory ran out.
struct StageLimits {
  int64_t vae_tile = 0;         // side of a tile in latent pixels; 0: untiled
  int64_t attention_bytes = 0;  // most that the scores of one attention may take; 0: no limit
};

// What a request has reached. A family adds its own tensors; owned by the job.
class RequestState {
 public:
  virtual ~RequestState() = default;

  size_t stage = 0;  // index of the stage it is in
  int64_t unit = 0;  // units of that stage already done
  StageLimits limits;
  TensorRecorder recorder;
  std::vector<std::string> warnings;
};

struct Stage {
  std::string name;                     // "encode", "denoise", "decode"
  std::vector<std::string> components;  // whose weights it computes with
  // Each unit computes with all blocks of them, in order; else all units together do, once.
  bool pass_per_unit = true;
  // Units that this request takes here; 0: the stage is passed over.
  std::function<int64_t(const RequestState&)> num_units;
  // Does one unit for each of the states, which are at the same stage. Throws c10::Error.
  std::function<void(absl::Span<RequestState* const>)> advance;
};

}  // namespace easel

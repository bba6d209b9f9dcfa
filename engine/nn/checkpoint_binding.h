// Where a module's keys meet a checkpoint's.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/nn/module.h"
#include "engine/weights/checkpoint.h"

namespace easel {

// How the checkpoint's keys may differ from the module's: data, in one place a component (its
// weights.cpp).
struct KeyRules {
  // Prefixes that some writers put before every key ("text_model."): tried in this order, "" is
  // always tried first.
  std::vector<std::string> prefixes;
  // {key of the module, other name it goes by}: used when the first is not there (tied weights, old
  // names).
  std::vector<std::pair<std::string, std::string>> aliases;
  // Keys that no module needs ("position_ids"): a key that ends in one of these is not counted as
  // unused.
  std::vector<std::string> ignored_suffixes;
};

// Gives every parameter below `root` its source. BAD_WEIGHTS with the lists of missing, unused and
// misshapen keys (the first few of each, and how many there are) unless both sides match exactly.
absl::Status match_checkpoint(Module& root, const Checkpoint& checkpoint, const KeyRules& rules,
                              const std::string& component);

}  // namespace easel

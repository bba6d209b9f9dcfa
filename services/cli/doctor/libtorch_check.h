// libtorch: which one it is, and whether it computes.
#pragma once

#include "absl/status/status.h"
#include "engine/api/libtorch_facts.h"
#include "services/cli/doctor/finding.h"

namespace easel {

// `tried` is what try_libtorch("cpu") said.
Finding judge_libtorch(const LibtorchFacts& facts, const absl::Status& tried);

}  // namespace easel

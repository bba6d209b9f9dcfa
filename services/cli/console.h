// Where a command reads and writes, and how it ends.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace easel {

// The process's streams, or a test's. Borrowed.
struct Console {
  std::istream& in;
  std::ostream& out;  // results
  std::ostream& err;  // progress, warnings, errors
  bool err_is_terminal = false;
  bool out_is_terminal = false;
};

// 0: done; 2: wrong use (INVALID_FIELD); 3: bad model (MODEL_MISSING, COMPONENT_MISSING,
// BAD_WEIGHTS); 4: OUT_OF_MEMORY; 1: the rest. Scripts rely on them: do not renumber.
int exit_code(const absl::Status& status);

// {"error": {"reason": "BAD_WEIGHTS", "message": "…"}}
std::string error_json(const absl::Status& status);

// Says what failed, if anything did: as text on `err`, with its reason and where that is explained,
// and with `json` also as JSON on `out`. A result that did not get through to `out` is a failure
// too. Returns the exit code.
int conclude(const Console& console, const absl::Status& status, bool json);

}  // namespace easel

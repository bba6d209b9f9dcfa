// Every stable reason of the program, explained: those of base/error.h and the REST API's codes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace easel {

// A value that lives as long as the program.
struct ReasonEntry {
  std::string_view name;         // "OUT_OF_MEMORY"; a code of the REST API alone: "conflict"
  std::optional<Reason> reason;  // absent: only the gateway says it
  int http_status = 0;
  std::string_view http_code;  // as `error` in the body
  std::string_view summary;    // half a line
  std::string_view cause;
  std::vector<std::string_view> remedies;
};

// In the order of Reason, then the REST API's own by name.
const std::vector<ReasonEntry>& reason_catalog();

// By name, in any case of letters. Of a REST code that several reasons have it is the entry of its
// own name. nullptr when unknown.
const ReasonEntry* find_reason(std::string_view name);

}  // namespace easel

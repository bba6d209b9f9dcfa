// The parameters of routes that give a page of a list: limit and cursor. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gateway/http_types.h"

namespace easel {

struct PageQuery {
  int limit = 0;
  std::string cursor;  // "" for the newest
};

// invalid_field: a parameter that is neither one of these nor in `others`, one of these given
// twice, or a limit out of 1 … max_items.
absl::StatusOr<PageQuery> read_page_query(const HttpRequest& request, int max_items,
                                          absl::Span<const std::string_view> others = {});

// The parameter's value, "" without one. invalid_field when it is given twice.
absl::StatusOr<std::string> single_parameter(const HttpRequest& request, const std::string& name);

}  // namespace easel

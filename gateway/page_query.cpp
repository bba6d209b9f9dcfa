#include "gateway/page_query.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/error.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

constexpr int kDefaultPageItems = 24;

absl::StatusOr<int> limit_of(const std::string& text, int max_items) {
  if (text.empty()) return std::min(kDefaultPageItems, max_items);
  int limit = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit);
  if (error == std::errc() && stop == end && limit >= 1 && limit <= max_items) return limit;
  return api_error(ErrorCode::kInvalidField,
                   concat("'limit' must be a whole number from 1 to ", max_items));
}

}  // namespace

absl::StatusOr<std::string> single_parameter(const HttpRequest& request, const std::string& name) {
  const auto [first, last] = request.query.equal_range(name);
  if (first == last) return std::string();
  if (std::next(first) == last) return first->second;
  return api_error(ErrorCode::kInvalidField, concat("'", name, "' is given twice"));
}

absl::StatusOr<PageQuery> read_page_query(const HttpRequest& request, int max_items,
                                          absl::Span<const std::string_view> others) {
  for (const auto& [name, value] : request.query) {
    if (name == "limit" || name == "cursor") continue;
    if (std::find(others.begin(), others.end(), name) == others.end()) {
      std::string known = "'limit' and 'cursor'";
      for (const std::string_view other : others) known = concat("'", other, "', ", known);
      return api_error(ErrorCode::kInvalidField,
                       concat("this list takes the parameters ", known, " only"));
    }
  }
  EASEL_ASSIGN_OR_RETURN(const std::string limit_text, single_parameter(request, "limit"));
  PageQuery query;
  EASEL_ASSIGN_OR_RETURN(query.limit, limit_of(limit_text, max_items));
  EASEL_ASSIGN_OR_RETURN(query.cursor, single_parameter(request, "cursor"));
  return query;
}

}  // namespace easel

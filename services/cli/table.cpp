#include "services/cli/table.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace easel {
namespace {

size_t width_of(const std::string& cell) {
  return find_invalid_utf8(cell) ? cell.size() : count_code_points(cell);
}

}  // namespace

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    if (row.size() > widths.size()) widths.resize(row.size(), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string format_count(int64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return absl::StrFormat("%.1f B", value / 1e9);
  if (count >= 1'000'000) return absl::StrFormat("%.1f M", value / 1e6);
  if (count >= 10'000) return absl::StrFormat("%.1f k", value / 1e3);
  return absl::StrFormat("%d", count);
}

}  // namespace easel

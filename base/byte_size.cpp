#include "base/byte_size.h"

#include <array>
#include <cctype>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/error.h"

namespace easel {
namespace {

struct Unit {
  std::string_view name;
  double bytes;
};

constexpr std::array<Unit, 12> kUnits = {{
    {"", 1.0},
    {"b", 1.0},
    {"kib", 1024.0},
    {"mib", 1048576.0},
    {"gib", 1073741824.0},
    {"tib", 1099511627776.0},
    {"kb", 1e3},
    {"mb", 1e6},
    {"gb", 1e9},
    {"tb", 1e12},
    {"g", 1073741824.0},
    {"m", 1048576.0},
}};

}  // namespace

absl::StatusOr<int64_t> parse_byte_size(std::string_view text) {
  const std::string_view whole = to_std(absl::StripAsciiWhitespace(to_absl(text)));
  size_t end = 0;
  while (end < whole.size() &&
         (std::isdigit(static_cast<unsigned char>(whole[end])) || whole[end] == '.')) {
    ++end;
  }
  double number = 0;
  const std::string unit_name =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(to_absl(whole.substr(end))));
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name || end == 0 ||
        !absl::SimpleAtod(to_absl(whole.substr(0, end)), &number)) {
      continue;
    }
    const double bytes = number * unit.bytes;
    if (!(bytes >= 1.0) || bytes >= 9.2e18) break;
    return static_cast<int64_t>(bytes);
  }
  return invalid_field(
      "'", text, "' is not a size: expected a number above 0 with a unit, such as 6GiB or 512MiB");
}

std::string format_byte_size(int64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  constexpr double kRoundsUpTo1024 = 1023.95;
  while (std::abs(value) >= (unit == 0 ? 1024.0 : kRoundsUpTo1024) && unit + 1 < kNames.size()) {
    value /= 1024.0;
    ++unit;
  }
  if (unit == 0) return concat(bytes, " B");
  return absl::StrFormat("%.1f %s", value, to_absl(kNames[unit]));
}

}  // namespace easel

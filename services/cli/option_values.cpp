#include "services/cli/option_values.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr size_t kQuotedBytes = 40;

std::string describe(WholeRange range) {
  if (range.highest == std::numeric_limits<int64_t>::max()) {
    return range.lowest == std::numeric_limits<int64_t>::min()
               ? std::string("a whole number of at most 64 bits")
               : concat("a whole number, ", range.lowest, " or more");
  }
  return concat("a whole number from ", range.lowest, " to ", range.highest);
}

}  // namespace

absl::StatusOr<int64_t> parse_whole(std::string_view option, std::string_view text,
                                    WholeRange range) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool whole = error == std::errc() && stop == end;
  if (whole && value >= range.lowest && value <= range.highest) return value;
  return invalid_field(option, " must be ", describe(range), ", not ", quote(text, kQuotedBytes));
}

absl::StatusOr<double> parse_real(std::string_view option, std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && std::isfinite(value)) return value;
  return invalid_field(option, " must be a finite number, not ", quote(text, kQuotedBytes));
}

absl::Status read_whole(std::string_view option, const std::optional<std::string>& text,
                        WholeRange range, std::optional<int64_t>& out) {
  if (!text) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(out, parse_whole(option, *text, range));
  return absl::OkStatus();
}

absl::Status read_real(std::string_view option, const std::optional<std::string>& text,
                       std::optional<double>& out) {
  if (!text) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(out, parse_real(option, *text));
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::string>> parse_pairs(
    std::string_view option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid_field(option, " must be NAME=VALUE, not ", quote(text));
    }
    const std::string name = text.substr(0, equals);
    if (!pairs.emplace(name, text.substr(equals + 1)).second) {
      return invalid_field(option, " names ", quote(name), " twice");
    }
  }
  return pairs;
}

absl::StatusOr<std::string> read_option_file(std::string_view option,
                                             const std::filesystem::path& path, size_t max_bytes) {
  absl::StatusOr<std::string> bytes = read_file(path, max_bytes);
  if (!bytes.ok()) return invalid_field(option, ": ", bytes.status().message());
  return bytes;
}

}  // namespace easel

// The values of options: strict, with messages that name the option and what it takes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

struct WholeRange {
  int64_t lowest = std::numeric_limits<int64_t>::min();
  int64_t highest = std::numeric_limits<int64_t>::max();
};

// Decimal digits with an optional minus, nothing else. INVALID_FIELD, also outside `range`.
absl::StatusOr<int64_t> parse_whole(std::string_view option, std::string_view text,
                                    WholeRange range = {});

// A finite decimal number: no NaN, no infinity. INVALID_FIELD.
absl::StatusOr<double> parse_real(std::string_view option, std::string_view text);

// Sets `out` when there is a text to read.
absl::Status read_whole(std::string_view option, const std::optional<std::string>& text,
                        WholeRange range, std::optional<int64_t>& out);
absl::Status read_real(std::string_view option, const std::optional<std::string>& text,
                       std::optional<double>& out);

// {"vae=/x", "unet=/y"} → map. INVALID_FIELD for one without a name or "=", or a name given twice.
absl::StatusOr<std::map<std::string, std::string>> parse_pairs(
    std::string_view option, const std::vector<std::string>& texts);

// The bytes of the file that an option names. INVALID_FIELD when it cannot be read or is larger
// than `max_bytes`.
absl::StatusOr<std::string> read_option_file(std::string_view option,
                                             const std::filesystem::path& path, size_t max_bytes);

}  // namespace easel

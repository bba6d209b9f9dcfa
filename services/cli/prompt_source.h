// The prompt, from the command line, a file or the standard input.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace easel {

// `file` may be "-": all of `in`. The newline that ends a text file is no part of the prompt.
// INVALID_FIELD when not exactly one of both is given, the file cannot be read or is too large, or
// its text is no UTF-8.
absl::StatusOr<std::string> read_prompt(const std::optional<std::string>& text,
                                        const std::optional<std::string>& file, std::istream& in);

// INVALID_FIELD, with the place of the first wrong byte, for text that is no UTF-8 or holds a NUL.
absl::Status check_text(const std::string& option, const std::string& text);

}  // namespace easel

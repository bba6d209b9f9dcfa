// A header field's value with parameters: "form-data; name=\"image\"" (RFC 9110 5.6.6).
// Thread-safe: no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel {

struct HeaderValue {
  std::string value;  // "form-data"; without white space around it
  std::vector<std::pair<std::string, std::string>> parameters;  // unquoted, in order

  // The value of the one parameter of that name (in any case); nullopt when there is none, or there
  // are two that readers could choose between.
  std::optional<std::string> parameter(std::string_view name) const;
};

// Browsers write a file's name with its backslashes as they are ("C:\\pictures\\"), other programs
// with backslashes before quotes: what cannot be read the second way is read the first.
// nullopt for what is not of that form, a quote that does not end and more than 16 parameters among
// it.
std::optional<HeaderValue> parse_header_value(std::string_view text);

}  // namespace easel

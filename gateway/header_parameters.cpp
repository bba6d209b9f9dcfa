#include "gateway/header_parameters.h"

#include <algorithm>

#include "gateway/header_list.h"

namespace easel {
namespace {

constexpr size_t kMaxParameters = 16;

void skip_space(std::string_view& text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
}

// Up to a separator or white space; empty when none is there.
std::string_view take_token(std::string_view& text) {
  const size_t end = std::min(text.find_first_of(";= \t\""), text.size());
  const std::string_view token = text.substr(0, end);
  text.remove_prefix(end);
  return token;
}

enum class Backslash { kTakesNext, kIsItself };

// Behind the opening quote.
std::optional<std::string> take_quoted(std::string_view& text, Backslash backslash) {
  std::string value;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (c == '\\' && backslash == Backslash::kTakesNext) {
      if (text.empty()) return std::nullopt;
      c = text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  return std::nullopt;
}

bool take(std::string_view& text, char c) {
  skip_space(text);
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::string> take_parameter_value(std::string_view& text, Backslash backslash) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_quoted(text, backslash);
  }
  // A boundary may have "=" in it without quotes, as some senders write it.
  const size_t end = std::min(text.find_first_of("; \t\""), text.size());
  const std::string_view token = text.substr(0, end);
  text.remove_prefix(end);
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

std::optional<HeaderValue> parse_value(std::string_view text, Backslash backslash) {
  HeaderValue result;
  skip_space(text);
  result.value = take_token(text);
  if (result.value.empty()) return std::nullopt;
  while (true) {
    skip_space(text);
    if (text.empty()) return result;
    if (!take(text, ';')) return std::nullopt;
    skip_space(text);
    if (text.empty()) return result;  // a ";" at the end, as some senders write
    const std::string_view name = take_token(text);
    if (name.empty() || !text.starts_with('=') || result.parameters.size() == kMaxParameters) {
      return std::nullopt;
    }
    text.remove_prefix(1);
    std::optional<std::string> value = take_parameter_value(text, backslash);
    if (!value) return std::nullopt;
    result.parameters.emplace_back(name, *std::move(value));
  }
}

}  // namespace

std::optional<std::string> HeaderValue::parameter(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, text] : parameters) {
    if (!equal_ignoring_case(key, name)) continue;
    if (found) return std::nullopt;
    found = text;
  }
  return found;
}

std::optional<HeaderValue> parse_header_value(std::string_view text) {
  std::optional<HeaderValue> result = parse_value(text, Backslash::kTakesNext);
  return result ? result : parse_value(text, Backslash::kIsItself);
}

}  // namespace easel

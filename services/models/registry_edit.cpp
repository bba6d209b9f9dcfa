#include "services/models/registry_edit.h"

#include "absl/strings/str_format.h"
#include "base/strings.h"

namespace easel {
namespace {

// A TOML basic string.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += absl::StrFormat("\\u%04x", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

// A dot in a bare key would begin a table of its own.
std::string toml_key(std::string_view key) {
  return key.find('.') == std::string_view::npos ? std::string(key) : toml_string(key);
}

// The line without spaces and tabs, up to its comment.
std::string squeezed(std::string_view line) {
  std::string out;
  for (const char c : line.substr(0, line.find('#'))) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

bool is_header_of(const std::string& header, std::string_view key) {
  for (const std::string& name : {std::string(key), toml_string(key)}) {
    if (name == key && key.find('.') != std::string_view::npos) continue;
    if (header == "[models." + name + "]" || header.starts_with("[models." + name + "."))
      return true;
  }
  return false;
}

}  // namespace

std::string append_entry(std::string_view text, std::string_view key, std::string_view name,
                         std::string_view value) {
  std::string out(text);
  if (!out.empty() && out.back() != '\n') out += '\n';
  if (!out.empty()) out += '\n';
  return concat(out, "[models.", toml_key(key), "]\n", name, " = ", toml_string(value), "\n");
}

std::string without_entry(std::string_view text, std::string_view key) {
  std::string out;
  bool inside = false;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length);
    const std::string header = squeezed(line);
    if (header.starts_with('[')) inside = is_header_of(header, key);
    if (!inside) out += line;
  }
  return out;
}

}  // namespace easel

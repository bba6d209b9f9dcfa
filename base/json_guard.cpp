#include "base/json_guard.h"

#include "base/error.h"

namespace easel {

absl::Status check_json_shape(std::string_view text, size_t max_bytes, int max_depth) {
  if (text.size() > max_bytes) {
    return invalid_field("JSON of ", text.size(), " bytes: at most ", max_bytes, " are read");
  }
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth)
        return invalid_field("JSON nested deeper than ", max_depth, " levels");
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return absl::OkStatus();
}

}  // namespace easel

#include "services/cli/prompt_source.h"

#include <istream>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/utf8.h"
#include "services/cli/option_values.h"

namespace easel {
namespace {

// Far above what any model reads; the engine has the limit that counts.
constexpr size_t kMaxPromptBytes = 16 << 20;

absl::StatusOr<std::string> read_stream(std::istream& in) {
  std::string text;
  char block[1 << 16];
  while (in.read(block, sizeof(block)), in.gcount() > 0) {
    text.append(block, static_cast<size_t>(in.gcount()));
    if (text.size() > kMaxPromptBytes) {
      return invalid_field("--prompt-file: the standard input has more than ",
                           format_byte_size(kMaxPromptBytes));
    }
  }
  return text;
}

void drop_last_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

}  // namespace

absl::Status check_text(const std::string& option, const std::string& text) {
  if (const std::optional<size_t> place = find_invalid_utf8(text)) {
    return invalid_field(option, " is not valid UTF-8: byte ", *place, " begins no character");
  }
  if (const size_t place = text.find('\0'); place != std::string::npos) {
    return invalid_field(option, " holds a NUL at byte ", place);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> read_prompt(const std::optional<std::string>& text,
                                        const std::optional<std::string>& file, std::istream& in) {
  if (text.has_value() == file.has_value()) {
    return invalid_field("one of --prompt and --prompt-file is needed", text ? ", not both" : "");
  }
  if (text) {
    EASEL_RETURN_IF_ERROR(check_text("--prompt", *text));
    return *text;
  }
  absl::StatusOr<std::string> read =
      *file == "-" ? read_stream(in) : read_option_file("--prompt-file", *file, kMaxPromptBytes);
  if (!read.ok()) return read;
  drop_last_newline(*read);
  EASEL_RETURN_IF_ERROR(check_text("--prompt-file", *read));
  return read;
}

}  // namespace easel

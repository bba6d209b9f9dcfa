#include "engine/weights/json_file.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json_guard.h"

namespace easel {
namespace {

using Json = nlohmann::json;

// Accepts everything; remembers where the text stopped being JSON.
struct ErrorFinder {
  size_t position = 0;

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(Json::binary_t&) { return true; }
  bool start_object(size_t) { return true; }
  bool key(std::string&) { return true; }
  bool end_object() { return true; }
  bool start_array(size_t) { return true; }
  bool end_array() { return true; }
  bool parse_error(size_t at, const std::string&, const Json::exception&) {
    position = at;
    return false;
  }
};

size_t error_position(std::string_view text) {
  ErrorFinder finder;
  Json::sax_parse(text.begin(), text.end(), &finder);
  return finder.position;
}

}  // namespace

absl::StatusOr<Json> parse_json_object(std::string_view text, size_t max_bytes) {
  if (absl::Status shape = check_json_shape(text, max_bytes); !shape.ok())
    return bad_weights(shape.message());
  // The JSON library takes a zero byte for the end of the text.
  if (const size_t zero = text.find('\0'); zero != text.npos)
    return bad_weights("not JSON: a zero byte at byte ", zero);
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    return bad_weights("not JSON at byte ", error_position(text), " of ", text.size());
  if (!json.is_object()) return bad_weights("expected a JSON object, got ", json.type_name());
  return json;
}

absl::StatusOr<Json> read_json_file(const std::filesystem::path& path, size_t max_bytes) {
  EASEL_ASSIGN_OR_RETURN(const std::string text, read_file(path, max_bytes));
  absl::StatusOr<Json> json = parse_json_object(text, max_bytes);
  if (!json.ok()) return with_context(json.status(), path.string());
  return json;
}

}  // namespace easel

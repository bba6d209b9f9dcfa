#include "gateway/edit_form.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "gateway/api_error.h"
#include "gateway/generate_fields.h"
#include "gateway/json_text.h"

namespace easel {
namespace {

constexpr size_t kPromptBytes = 64 << 10, kWordBytes = 256;

enum class Kind { kPicture, kText, kWholeNumber, kNumber, kResolution };

struct Field {
  std::string_view name;
  Kind kind;
  size_t max_bytes;  // of texts
};

constexpr std::array<Field, 12> kFields = {{
    {"image", Kind::kPicture, 0},
    {"mask", Kind::kPicture, 0},
    {"prompt", Kind::kText, kPromptBytes},
    {"negative_prompt", Kind::kText, kPromptBytes},
    {"engine", Kind::kText, kWordBytes},
    {"request_id", Kind::kText, kWordBytes},
    {"session_id", Kind::kText, kWordBytes},
    {"seed", Kind::kWholeNumber, kWordBytes},
    {"steps", Kind::kWholeNumber, kWordBytes},
    {"guidance", Kind::kNumber, kWordBytes},
    {"strength", Kind::kNumber, kWordBytes},
    {"resolution", Kind::kResolution, kWordBytes},
}};

const Field* find_field(std::string_view name) {
  const auto* found = std::find_if(kFields.begin(), kFields.end(),
                                   [&](const Field& field) { return field.name == name; });
  return found == kFields.end() ? nullptr : found;
}

template <typename... Words>
absl::Status refuse(std::string_view field, const Words&... words) {
  return api_error(ErrorCode::kInvalidField, concat("'", field, "' ", words...));
}

absl::Status unknown(std::string_view name) {
  std::vector<std::string> names;
  names.reserve(std::size(kFields));
  for (const Field& field : kFields) names.emplace_back(field.name);
  // What is no text could not be said in the answer.
  const bool plain = !find_invalid_utf8(name) && name.size() <= 64;
  return refuse(plain ? name : "a part", "is unknown; the form takes ", join(names, ", "));
}

template <typename Number>
absl::StatusOr<Number> read_number(const MultipartPart& part, std::string_view what) {
  Number number{};
  const char* end = part.content.data() + part.content.size();
  const auto [stop, error] = std::from_chars(part.content.data(), end, number);
  if (error == std::errc() && stop == end) return number;
  return refuse(part.name, "must be ", what);
}

// "auto", "1024" or "1024x768".
absl::Status read_resolution(const MultipartPart& part, nlohmann::json& object) {
  const std::string_view text = part.content;
  if (text == "auto" || text.empty()) return absl::OkStatus();
  const size_t cross = text.find('x');
  const std::array<std::string, 2> sides = {
      std::string(text.substr(0, cross)),
      std::string(cross == std::string_view::npos ? text : text.substr(cross + 1))};
  const std::array<const char*, 2> names = {"width", "height"};
  for (size_t i = 0; i < sides.size(); ++i) {
    const auto side = read_number<int64_t>({part.name, sides[i]},
                                           "auto, one side like 1024, or both like 1024x768");
    if (!side.ok()) return side.status();
    if (*side < kMinAskedSide || *side > kMaxAskedSide) {
      return refuse(part.name, "must have sides from ", kMinAskedSide, " to ", kMaxAskedSide);
    }
    object[names[i]] = *side;
  }
  return absl::OkStatus();
}

absl::Status read_text(const MultipartPart& part, nlohmann::json& object) {
  if (find_invalid_utf8(part.content)) return refuse(part.name, "is not UTF-8");
  if (part.content.find('\0') != std::string::npos) return refuse(part.name, "holds a NUL");
  object[part.name] = part.content;
  return absl::OkStatus();
}

absl::Status read_plain_part(const MultipartPart& part, Kind kind, nlohmann::json& object) {
  // Forms send what was left empty, too.
  if (part.content.empty() && kind != Kind::kText) return absl::OkStatus();
  switch (kind) {
    case Kind::kText:
      return read_text(part, object);
    case Kind::kWholeNumber: {
      EASEL_ASSIGN_OR_RETURN(object[part.name], read_number<int64_t>(part, "a whole number"));
      return absl::OkStatus();
    }
    case Kind::kNumber: {
      EASEL_ASSIGN_OR_RETURN(object[part.name], read_number<double>(part, "a number"));
      return absl::OkStatus();
    }
    case Kind::kResolution:
      return read_resolution(part, object);
    case Kind::kPicture:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status take_picture(MultipartPart part, const UploadLimits& limits, WorkerRequest& request) {
  EASEL_RETURN_IF_ERROR(check_upload_header(part.content, part.name, limits));
  if (part.name == "mask") {
    request.mask = std::move(part.content);
  } else {
    request.edit_images.push_back(std::move(part.content));
  }
  return absl::OkStatus();
}

}  // namespace

MultipartReader::Admit admit_edit_parts(const UploadLimits& limits) {
  return [limits, seen = std::map<std::string, size_t, std::less<>>()](
             std::string_view name) mutable -> absl::StatusOr<size_t> {
    const Field* field = find_field(name);
    if (field == nullptr) return unknown(name);
    const size_t count = ++seen[std::string(name)];
    if (name == "image" && count > kMaxEditImages) {
      return refuse(name, "is given more than ", kMaxEditImages, " times");
    }
    if (name != "image" && count > 1) return refuse(name, "is given twice");
    return field->kind == Kind::kPicture ? limits.max_bytes : field->max_bytes;
  };
}

absl::StatusOr<GenerateOrder> parse_edit_form(std::vector<MultipartPart> parts, int64_t max_side,
                                              const UploadLimits& limits) {
  nlohmann::json object = nlohmann::json::object();
  WorkerRequest pictures;
  for (MultipartPart& part : parts) {
    const Field* field = find_field(part.name);
    if (field == nullptr) return unknown(part.name);
    if (field->kind == Kind::kPicture) {
      // A file field of a form in which nothing was chosen.
      if (part.name == "mask" && part.content.empty()) continue;
      EASEL_RETURN_IF_ERROR(take_picture(std::move(part), limits, pictures));
    } else {
      EASEL_RETURN_IF_ERROR(read_plain_part(part, field->kind, object));
    }
  }
  if (pictures.edit_images.empty()) return refuse("image", "must be given: the picture to edit");
  EASEL_ASSIGN_OR_RETURN(GenerateOrder order, read_order(object, max_side));
  object["edit"] = {{"images", pictures.edit_images.size()}, {"mask", !pictures.mask.empty()}};
  for (const char* name : {"request_id", "session_id"}) object.erase(name);
  order.settings_json = to_json_text(object);
  order.request.edit_images = std::move(pictures.edit_images);
  order.request.mask = std::move(pictures.mask);
  return order;
}

}  // namespace easel

#include "services/worker/from_proto.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace easel {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxOptionBytes = 1 << 10;
constexpr size_t kMaxOptions = 32;
constexpr int kMaxEditImages = 3;
constexpr uint64_t kMaxSeed = (uint64_t{1} << 53) - 1;
constexpr int64_t kMaxSequenceLength = 4096;
constexpr int64_t kMaxPreviewEvery = 1000;
// Of a picture that comes without a size, where the registry names no bound.
constexpr int64_t kSmallestSide = 16, kLargestPictureSide = 1024, kLargestSide = 1 << 14;

// 4294967295, not 4.29497e+09.
std::string number_text(double value) { return absl::StrFormat("%.10g", value); }

absl::Status check_number(std::string_view field, double value, NumberRange allowed) {
  if (std::isfinite(value) && value >= allowed.lowest && value <= allowed.highest) {
    return absl::OkStatus();
  }
  return invalid_field(field, " is ", number_text(value), ": allowed are ",
                       number_text(allowed.lowest), " to ", number_text(allowed.highest));
}

absl::Status check_text(std::string_view field, const std::string& text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return invalid_field(field, " has ", text.size(), " bytes: at most ", max_bytes,
                         " are allowed");
  }
  if (const auto at = find_invalid_utf8(text)) {
    return invalid_field(field, " is not valid UTF-8: byte ", *at, " does not belong there");
  }
  if (text.find('\0') == std::string::npos) return absl::OkStatus();
  return invalid_field(field, " holds a NUL character");
}

// The picture is moved out of `image`.
absl::StatusOr<StartPicture> read_image(std::string_view field, v1::Image& image) {
  if (image.source_case() == v1::Image::kUri) {
    return invalid_field(field, ".uri is refused: this worker fetches nothing, send data");
  }
  if (image.data().empty()) return invalid_field(field, ".data is empty: expected a picture");
  if (image.data().size() > kMaxRequestImageBytes) {
    return invalid_field(field, ".data has ", image.data().size(), " bytes: at most ",
                         kMaxRequestImageBytes, " are allowed");
  }
  return StartPicture(std::move(*image.mutable_data()));
}

absl::StatusOr<double> read_real(std::string_view field, std::string_view text,
                                 NumberRange allowed) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    return invalid_field(field, " is ", quote(text, kMaxNameBytes), ": expected a number");
  }
  EASEL_RETURN_IF_ERROR(check_number(field, value, allowed));
  return value;
}

absl::StatusOr<int64_t> read_whole(std::string_view field, std::string_view text,
                                   NumberRange allowed) {
  EASEL_ASSIGN_OR_RETURN(const double value, read_real(field, text, allowed));
  if (value == std::floor(value)) return static_cast<int64_t>(value);
  return invalid_field(field, " is ", number_text(value), ": expected a whole number");
}

// "true_cfg" and "max_sequence_length" are the engine's own; the rest is the family's to judge.
template <typename Options>
absl::Status read_options(const Options& options, const RegistryEntry& entry,
                          GenerateRequest& request) {
  if (options.size() > kMaxOptions) {
    return invalid_field("options has ", options.size(), " entries: at most ", kMaxOptions,
                         " are allowed");
  }
  for (const auto& [key, value] : options) {
    EASEL_RETURN_IF_ERROR(check_text("the key of an option", key, kMaxNameBytes));
    EASEL_RETURN_IF_ERROR(check_text(concat("options.", key), value, kMaxOptionBytes));
    if (key == "true_cfg") {
      EASEL_ASSIGN_OR_RETURN(request.true_cfg,
                             read_real("options.true_cfg", value, entry.allowed.guidance));
    } else if (key == "max_sequence_length") {
      EASEL_ASSIGN_OR_RETURN(request.max_sequence_length,
                             read_whole("options.max_sequence_length", value,
                                        {1, static_cast<double>(kMaxSequenceLength)}));
    } else {
      request.options[key] = value;
    }
  }
  return absl::OkStatus();
}

absl::Status read_side(std::string_view field, uint32_t pixels, const RegistryEntry& entry,
                       std::optional<int64_t>& out) {
  if (pixels == 0) return absl::OkStatus();
  if (entry.allowed.side) {
    EASEL_RETURN_IF_ERROR(check_number(field, pixels, *entry.allowed.side));
  }
  out = pixels;
  return absl::OkStatus();
}

bool starts_from_picture(const v1::GenerateRequest& message) { return message.has_image(); }
bool starts_from_picture(const v1::EditRequest& /*message*/) { return true; }

// Of a size that the request leaves open. A picture's own may be anything; a model's is not too
// large for itself.
template <typename Message>
SideBounds default_size_bounds(const Message& message, const RegistryEntry& entry) {
  SideBounds bounds{kSmallestSide,
                    starts_from_picture(message) ? kLargestPictureSide : kLargestSide};
  if (entry.max_side) bounds.highest = *entry.max_side;
  if (entry.allowed.side) {
    bounds.lowest = static_cast<int64_t>(std::ceil(entry.allowed.side->lowest));
    bounds.highest = static_cast<int64_t>(entry.allowed.side->highest);
    if (entry.max_side) bounds.highest = std::min(bounds.highest, *entry.max_side);
  }
  if (message.max_default_side() > 0) {
    bounds.highest = std::min<int64_t>(bounds.highest, message.max_default_side());
  }
  bounds.highest = std::max(bounds.highest, bounds.lowest);
  return bounds;
}

// The fields that both messages have under the same names.
template <typename Message>
absl::StatusOr<GenerateRequest> read_common(Message& message, const RegistryEntry& entry) {
  GenerateRequest request;
  request.request_id = message.request_id();
  EASEL_RETURN_IF_ERROR(check_text("prompt", message.prompt(), kMaxPromptBytes));
  request.prompt = message.prompt();
  if (message.has_negative_prompt()) {
    EASEL_RETURN_IF_ERROR(
        check_text("negative_prompt", message.negative_prompt(), kMaxPromptBytes));
    request.negative_prompt = message.negative_prompt();
  }
  EASEL_RETURN_IF_ERROR(read_side("width", message.width(), entry, request.width));
  EASEL_RETURN_IF_ERROR(read_side("height", message.height(), entry, request.height));
  if (message.has_steps()) {
    EASEL_RETURN_IF_ERROR(check_number("steps", message.steps(), entry.allowed.steps));
    request.steps = message.steps();
  }
  if (message.has_guidance()) {
    EASEL_RETURN_IF_ERROR(check_number("guidance", message.guidance(), entry.allowed.guidance));
    request.guidance = message.guidance();
  }
  if (message.has_seed()) {
    if (message.seed() > kMaxSeed) {
      return invalid_field("seed is ", message.seed(), ": allowed are 0 to ", kMaxSeed);
    }
    request.seed = message.seed();
  }
  if (message.has_strength()) {
    EASEL_RETURN_IF_ERROR(check_number("strength", message.strength(), {0, 1}));
    request.strength = message.strength();
  }
  EASEL_RETURN_IF_ERROR(
      check_number("preview_every", message.preview_every(), {0, kMaxPreviewEvery}));
  request.preview_every = message.preview_every();
  EASEL_RETURN_IF_ERROR(read_options(message.options(), entry, request));
  if (message.has_mask()) {
    EASEL_ASSIGN_OR_RETURN(request.mask, read_image("mask", *message.mutable_mask()));
  }
  request.default_size_bounds = default_size_bounds(message, entry);
  return request;
}

}  // namespace

absl::Status check_request_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  };
  if (!id.empty() && id.size() <= kMaxRequestIdBytes && std::all_of(id.begin(), id.end(), allowed))
    return absl::OkStatus();
  return invalid_field("request_id is ", quote(id), ": allowed are 1 to ", kMaxRequestIdBytes,
                       " of A-Z a-z 0-9 - _ . :");
}

absl::StatusOr<GenerateRequest> from_proto(v1::GenerateRequest&& message,
                                           const RegistryEntry& entry) {
  EASEL_ASSIGN_OR_RETURN(GenerateRequest request, read_common(message, entry));
  EASEL_RETURN_IF_ERROR(check_number("num_images", message.num_images(), {0, kMaxRequestImages}));
  request.num_images = std::max<int64_t>(message.num_images(), 1);
  EASEL_RETURN_IF_ERROR(check_text("sampler", message.sampler(), kMaxNameBytes));
  request.sampler = message.sampler();
  if (message.has_image()) {
    EASEL_ASSIGN_OR_RETURN(request.image, read_image("image", *message.mutable_image()));
  }
  if (request.mask && !request.image) return invalid_field("mask needs an image to paint in");
  if (request.strength && !request.image) {
    return invalid_field("strength needs an image to start from");
  }
  return request;
}

absl::StatusOr<GenerateRequest> from_proto(v1::EditRequest&& message, const RegistryEntry& entry,
                                           int64_t max_images) {
  if (message.images().empty() || message.images_size() > kMaxEditImages) {
    return invalid_field("images has ", message.images_size(), " pictures: allowed are 1 to ",
                         kMaxEditImages);
  }
  if (message.prompt().empty()) {
    return invalid_field("prompt is empty: say what the result shall show");
  }
  EASEL_ASSIGN_OR_RETURN(GenerateRequest request, read_common(message, entry));
  for (int i = 0; i < message.images_size(); ++i) {
    EASEL_ASSIGN_OR_RETURN(StartPicture picture,
                           read_image(concat("images[", i, "]"), *message.mutable_images(i)));
    if (i == 0) {
      request.image = std::move(picture);
    } else {
      (i < max_images ? request.more_images : request.unused_images).push_back(std::move(picture));
    }
  }
  return request;
}

}  // namespace easel

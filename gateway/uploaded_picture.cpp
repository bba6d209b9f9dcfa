#include "gateway/uploaded_picture.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/image/fit_size.h"
#include "engine/image/picture_header.h"
#include "engine/image/png.h"
#include "engine/image/resize.h"
#include "engine/isolation/isolated_decoder.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

template <typename... Words>
absl::Status refuse(std::string_view field, const Words&... words) {
  return api_error(ErrorCode::kInvalidField, concat(field, ": ", words...));
}

Image shrunk(Image image) {
  if (std::max(image.width, image.height) <= kLongestUploadSide) return image;
  const PictureSize size = fit_size({image.width, image.height}, /*lowest=*/1, kLongestUploadSide);
  return resize(image, static_cast<int>(size.width), static_cast<int>(size.height),
                Resample::kLanczos);
}

// A picture's fault is its sender's; that no picture can be read is the server's.
absl::Status explain(const absl::Status& status, std::string_view field) {
  switch (reason_of(status)) {
    case Reason::kInvalidField:
      return refuse(field, to_std(status.message()));
    case Reason::kQueueFull:
      return status;
    default:
      return with_detail(api_error(ErrorCode::kInternal), to_std(status.message()));
  }
}

}  // namespace

absl::Status check_upload_header(std::string_view bytes, std::string_view field,
                                 const UploadLimits& limits) {
  if (bytes.empty()) return refuse(field, "an empty file, expected a PNG, JPEG or WebP picture");
  if (bytes.size() > limits.max_bytes) {
    return refuse(field, "a file of ", bytes.size(), " bytes, at most ", limits.max_bytes,
                  " are allowed");
  }
  const absl::StatusOr<PictureHeader> header = read_picture_header(bytes, limits.max_pixels);
  if (!header.ok()) return explain(header.status(), field);
  if (std::min(header->width, header->height) >= limits.min_side) return absl::OkStatus();
  return refuse(field, "a picture of ", header->width, " × ", header->height,
                " pixels, each side must have at least ", limits.min_side);
}

absl::StatusOr<UploadedPicture> read_upload(const IsolatedDecoder& decoder, std::string_view bytes,
                                            std::string_view field, const UploadLimits& limits) {
  EASEL_RETURN_IF_ERROR(check_upload_header(bytes, field, limits));
  absl::StatusOr<PicturePixels> pixels = decoder.read(bytes, PictureUse::kPicture);
  if (!pixels.ok()) return explain(pixels.status(), field);
  const Image image =
      shrunk({pixels->width, pixels->height, /*channels=*/3, std::move(pixels->rgb)});
  EASEL_ASSIGN_OR_RETURN(std::string png, encode_png(image, /*text=*/{}));
  return UploadedPicture{std::move(png), image.width, image.height};
}

}  // namespace easel

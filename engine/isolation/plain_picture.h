// An uploaded file as a plain picture: what the decoder program does. Thread-safe: no state.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "engine/api/start_picture.h"
#include "engine/image/image.h"

namespace easel {

// RGB, 8 bits, upright, in sRGB. Gray of 16 bits keeps its high byte. What is transparent shows
// white, in a mask black (there it is kept): editors leave what was not painted transparent. A mask
// has no colours, so its profile is ignored; so is one of CMYK. INVALID_FIELD as
// read_picture_header() and decode_image().
absl::StatusOr<Image> read_plain_picture(std::string_view file, PictureUse use);

}  // namespace easel

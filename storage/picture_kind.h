// Which folder of the data folder a picture file lies in, and what it is called there.
#pragma once

#include <string>
#include <string_view>

namespace easel {

enum class PictureKind {
  kPicture,        // generations/ID.png
  kThumbnail,      // thumbnails/ID.webp
  kPrankPicture,   // pranks/ID.png: a trigger's
  kPrankThumbnail  // pranks/ID.webp
};

inline constexpr PictureKind kPictureKinds[] = {PictureKind::kPicture, PictureKind::kThumbnail,
                                                PictureKind::kPrankPicture,
                                                PictureKind::kPrankThumbnail};

// 1–128 characters of A-Z a-z 0-9 - _ . : (the request ids of the REST API).
bool is_generation_id(std::string_view text);

// "ID.png", the second of a generation "ID~1.png"; thumbnails end in ".webp". `id` must be a
// generation id, `index` 0 … 99. Different (id, index) never share a name.
std::string picture_file_name(PictureKind kind, std::string_view id, int index);

// Whether picture_file_name can have made `name`.
bool is_picture_file_name(PictureKind kind, std::string_view name);

}  // namespace easel

#include "engine/api/request_pictures.h"

#include "base/strings.h"

namespace easel {

std::vector<RequestPicture> pictures_of(GenerateRequest& request) {
  std::vector<RequestPicture> pictures;
  if (request.image) pictures.push_back({&*request.image, PictureUse::kPicture, true, "image"});
  const auto add = [&](std::vector<StartPicture>& more, bool used) {
    for (StartPicture& picture : more) {
      pictures.push_back(
          {&picture, PictureUse::kPicture, used, concat("images[", pictures.size(), "]")});
    }
  };
  add(request.more_images, /*used=*/true);
  add(request.unused_images, /*used=*/false);
  if (pictures.size() > 1) pictures[0].field = "images[0]";
  if (request.mask) pictures.push_back({&*request.mask, PictureUse::kMask, true, "mask"});
  return pictures;
}

}  // namespace easel

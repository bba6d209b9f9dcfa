// The pictures of a request, one by one.
#pragma once

#include <string>
#include <vector>

#include "engine/api/generate.h"

namespace easel {

struct RequestPicture {
  StartPicture* picture = nullptr;
  PictureUse use = PictureUse::kPicture;
  bool used = true;   // by the model
  std::string field;  // what messages call it: "image", "images[1]" where there are several, "mask"
};

// In the order in which the caller gave them, the mask last. They point into `request`.
std::vector<RequestPicture> pictures_of(GenerateRequest& request);

}  // namespace easel

#include "engine/isolation/to_srgb.h"

#include <lcms2.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace easel {
namespace {

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

struct DeleteTransform {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using Transform = std::unique_ptr<void, DeleteTransform>;

struct Formats {
  cmsColorSpaceSignature space;
  cmsUInt32Number from, to;
  int channels;  // of the result
};

Formats formats_of(int channels) {
  switch (channels) {
    case 1:
      return {cmsSigGrayData, TYPE_GRAY_8, TYPE_RGB_8, 3};
    case 3:
      return {cmsSigRgbData, TYPE_RGB_8, TYPE_RGB_8, 3};
    default:
      return {cmsSigRgbData, TYPE_RGBA_8, TYPE_RGBA_8, 4};
  }
}

}  // namespace

Image to_srgb(Image image, std::string_view profile) {
  if (profile.empty()) return image;
  cmsSetLogErrorHandler(nullptr);
  const Profile from(
      cmsOpenProfileFromMem(profile.data(), static_cast<cmsUInt32Number>(profile.size())));
  const Formats formats = formats_of(image.channels);
  if (from == nullptr || cmsGetColorSpace(from.get()) != formats.space) return image;
  const Profile srgb(cmsCreate_sRGBProfile());
  const Transform transform(cmsCreateTransform(from.get(), formats.from, srgb.get(), formats.to,
                                               INTENT_PERCEPTUAL, cmsFLAGS_COPY_ALPHA));
  if (transform == nullptr) return image;
  Image result = make_image(image.width, image.height, formats.channels);
  for (int y = 0; y < image.height; ++y) {
    const size_t row = static_cast<size_t>(y) * image.width;
    cmsDoTransform(transform.get(), &image.pixels[row * image.channels],
                   &result.pixels[row * result.channels],
                   static_cast<cmsUInt32Number>(image.width));
  }
  return result;
}

}  // namespace easel

// easel-picture-decoder: reads one picture from the standard input and writes its pixels to the
// standard output (decoder_reply.h). Worker and gateway start it, a process a picture; whoever
// reads what it writes believes nothing but sizes that were checked before.
//
//   easel-picture-decoder picture|mask <FILE >REPLY
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/image/image_limits.h"
#include "engine/isolation/decoder_reply.h"
#include "engine/isolation/plain_picture.h"
#include "engine/isolation/sandbox.h"

namespace easel {
namespace {

constexpr int kWrongUse = 2, kFailed = 1;
constexpr size_t kPieceBytes = 1 << 20;

bool write_all(const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = ::write(STDOUT_FILENO, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

// Whole, or one byte over the limit, which is then refused in words.
bool read_all(std::string& file) {
  while (file.size() <= kMaxImageFileBytes) {
    const size_t before = file.size();
    file.resize(before + kPieceBytes);
    const ssize_t count = ::read(STDIN_FILENO, &file[before], kPieceBytes);
    file.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
  }
  return true;
}

int reply_refusal(std::string_view words) {
  words = words.substr(0, kMaxRefusalBytes);
  DecoderReply reply;
  reply.text_bytes = static_cast<uint32_t>(words.size());
  const auto head = write_reply_head(reply);
  return write_all(head.data(), head.size()) && write_all(words.data(), words.size()) ? 0 : kFailed;
}

int reply_picture(const Image& image) {
  DecoderReply reply;
  reply.kind = DecoderReply::Kind::kPixels;
  reply.width = static_cast<uint32_t>(image.width);
  reply.height = static_cast<uint32_t>(image.height);
  const auto head = write_reply_head(reply);
  const bool sent =
      write_all(head.data(), head.size()) && write_all(image.pixels.data(), image.pixels.size());
  return sent ? 0 : kFailed;
}

int decode(PictureUse use) {
  if (!enter_sandbox().ok()) return kFailed;
  try {
    std::string file;
    if (!read_all(file)) return kFailed;
    const absl::StatusOr<Image> image = read_plain_picture(file, use);
    return image.ok() ? reply_picture(*image) : reply_refusal(to_std(image.status().message()));
  } catch (const std::bad_alloc&) {
    return reply_refusal("the picture needs more memory than one of its size may take");
  }
}

}  // namespace
}  // namespace easel

int main(int argc, char** argv) {
  const std::string_view use = argc == 2 ? argv[1] : "";
  if (use == easel::kPictureArgument) return easel::decode(easel::PictureUse::kPicture);
  if (use == easel::kMaskArgument) return easel::decode(easel::PictureUse::kMask);
  std::cerr << "easel-picture-decoder picture|mask <FILE >REPLY\n"
               "Reads a picture for easel-worker and easel-gateway, which start it themselves.\n";
  return easel::kWrongUse;
}

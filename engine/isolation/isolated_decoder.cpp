#include "engine/isolation/isolated_decoder.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "base/error.h"
#include "engine/image/png.h"
#include "engine/isolation/decoder_process.h"
#include "engine/isolation/decoder_reply.h"

namespace easel {
namespace {

constexpr char kProgramName[] = "easel-picture-decoder";

absl::Status unreadable(std::string_view why) {
  return invalid_field("the picture cannot be read: ", why);
}

// Words of the decoder: its own, or an error of reading; shown to callers.
absl::Status refusal(const DecoderReply& reply, const std::vector<uint8_t>& bytes) {
  if (bytes.size() != kReplyHeadBytes + reply.text_bytes) {
    return unreadable("its decoder spoke nonsense");
  }
  return invalid_field(
      std::string_view(reinterpret_cast<const char*>(&bytes[kReplyHeadBytes]), reply.text_bytes));
}

absl::StatusOr<PicturePixels> read_reply(std::vector<uint8_t> bytes, const PictureHeader& header) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min(bytes.size(), kReplyHeadBytes));
  const auto reply = read_reply_head(head);
  if (!reply) return unreadable("its decoder spoke nonsense");
  if (reply->kind == DecoderReply::Kind::kRefused) return refusal(*reply, bytes);
  const bool as_stored = reply->width == header.width && reply->height == header.height;
  const bool turned = reply->width == header.height && reply->height == header.width;
  const size_t expected = static_cast<size_t>(reply->width) * reply->height * 3;
  if ((!as_stored && !turned) || bytes.size() - kReplyHeadBytes != expected) {
    return unreadable("its decoder spoke nonsense");
  }
  bytes.erase(bytes.begin(), bytes.begin() + kReplyHeadBytes);
  return PicturePixels{static_cast<int>(reply->width), static_cast<int>(reply->height),
                       std::move(bytes)};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const IsolatedDecoder>> IsolatedDecoder::create(
    IsolatedDecoderOptions options) {
  if (options.program.empty()) {
    std::error_code ignored;
    options.program =
        std::filesystem::read_symlink("/proc/self/exe", ignored).replace_filename(kProgramName);
  }
  if (std::filesystem::is_regular_file(options.program) &&
      ::access(options.program.c_str(), X_OK) == 0) {
    return std::shared_ptr<const IsolatedDecoder>(new IsolatedDecoder(std::move(options)));
  }
  return invalid_field("the program that reads pictures is not there: expected ",
                       options.program.string(),
                       ", which is built beside this one (or name it with --picture-decoder)");
}

absl::Status IsolatedDecoder::try_out() const {
  EASEL_ASSIGN_OR_RETURN(const std::string file, encode_png(make_image(1, 1, 3), /*text=*/{}));
  absl::Status read_one = read(file, PictureUse::kPicture).status();
  if (read_one.ok()) return read_one;
  return invalid_field("the program that reads pictures, ", options_.program.string(),
                       ", does not work: ", read_one.message());
}

absl::StatusOr<PictureHeader> IsolatedDecoder::header_within_limits(std::string_view file) const {
  if (file.size() > options_.max_bytes) {
    return invalid_field("image file of ", file.size(), " bytes: at most ", options_.max_bytes,
                         " are allowed");
  }
  return read_picture_header(file, options_.max_pixels);
}

absl::Status IsolatedDecoder::check(std::string_view file) const {
  return header_within_limits(file).status();
}

absl::Status IsolatedDecoder::take_place(const CancelToken& cancel) const {
  const auto until = CancelToken::Clock::now() + options_.patience;
  std::unique_lock lock(mutex_);
  while (running_ >= options_.max_at_once) {
    EASEL_RETURN_IF_ERROR(cancel.check());
    const auto now = CancelToken::Clock::now();
    if (now >= until) {
      return make_error(Reason::kQueueFull, "too many pictures are being read; try again later");
    }
    changed_.wait_until(lock, std::min(until, now + kCancelLook));
  }
  ++running_;
  return absl::OkStatus();
}

void IsolatedDecoder::leave_place() const {
  const std::lock_guard lock(mutex_);
  --running_;
  changed_.notify_one();
}

absl::StatusOr<PicturePixels> IsolatedDecoder::read(std::string_view file, PictureUse use,
                                                    const CancelToken& cancel) const {
  EASEL_ASSIGN_OR_RETURN(const PictureHeader header, header_within_limits(file));
  EASEL_RETURN_IF_ERROR(take_place(cancel));
  const absl::Cleanup leave = [this] { leave_place(); };
  const int64_t pixels = header.width * header.height;
  const DecoderLimits limits = decoder_limits(static_cast<int64_t>(file.size()), pixels);
  const char* argument = use == PictureUse::kMask ? kMaskArgument : kPictureArgument;
  const auto deadline = DecoderProcess::Clock::now() + options_.timeout;
  EASEL_ASSIGN_OR_RETURN(DecoderProcess process,
                         DecoderProcess::start(options_.program, argument, limits));
  const size_t most = kReplyHeadBytes + std::max(static_cast<size_t>(pixels) * 3, kMaxRefusalBytes);
  DecoderProcess::Heard heard = process.exchange(file, most, deadline, cancel);
  switch (heard.end) {
    case DecoderProcess::End::kStopped:
      return cancel.check();
    case DecoderProcess::End::kLate:
      return unreadable("it takes too long");
    case DecoderProcess::End::kTooMuch:
      return unreadable("its decoder spoke nonsense");
    case DecoderProcess::End::kClosed:
      break;
  }
  if (heard.bytes.empty()) {
    return unreadable(
        concat("its decoder ended in the middle (", process.end(), "); the file may be damaged"));
  }
  return read_reply(std::move(heard.bytes), header);
}

}  // namespace easel

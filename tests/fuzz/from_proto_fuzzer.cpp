// Bytes as a message of the worker's (the first byte says which, and for what model): what is
// converted lies in the model's ranges, what is refused is refused by a field's name.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "services/worker/from_proto.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;

easel::RegistryEntry entry_of(uint8_t choice) {
  easel::RegistryEntry entry;
  entry.key = "demo";
  if (choice & 2) entry.allowed = {{1, 50}, {1.5, 7}, easel::NumberRange{64.5, 2048}};
  if (choice & 4) entry.max_side = 512;
  return entry;
}

bool within(double value, easel::NumberRange range) {
  return std::isfinite(value) && value >= range.lowest && value <= range.highest;
}

void check_refusal(const absl::Status& status) {
  require(easel::reason_of(status) == easel::Reason::kInvalidField);
  const std::string_view message = easel::to_std(status.message());
  require(message.size() < 2000 && !easel::find_invalid_utf8(message));
  constexpr std::string_view kFields[] = {"prompt", "negative_prompt", "width",
                                          "height", "steps",           "guidance",
                                          "seed",   "strength",        "options",
                                          "mask",   "preview_every",   "num_images",
                                          "image",  "sampler",         "the key of an option"};
  require(std::any_of(std::begin(kFields), std::end(kFields),
                      [&](std::string_view field) { return message.starts_with(field); }));
}

void check_sides(const easel::GenerateRequest& request, const easel::RegistryEntry& entry) {
  for (const std::optional<int64_t>& side : {request.width, request.height}) {
    require(!side || *side > 0);
    if (side && entry.allowed.side) {
      require(within(static_cast<double>(*side), *entry.allowed.side));
    }
  }
  require(request.default_size_bounds && request.default_size_bounds->lowest > 0);
  require(request.default_size_bounds->lowest <= request.default_size_bounds->highest);
}

void check_texts(const easel::GenerateRequest& request) {
  require(request.prompt.size() <= easel::kMaxPromptBytes);
  for (const std::string& text :
       {request.prompt, request.negative_prompt.value_or(""), request.sampler}) {
    require(!easel::find_invalid_utf8(text) && text.find('\0') == std::string::npos);
  }
  require(request.options.size() <= 32);
  const auto file = [](const easel::StartPicture& picture) {
    return std::get<std::string>(picture);
  };
  require(!request.image || !file(*request.image).empty());
  require(!request.mask || (!file(*request.mask).empty() && request.image));
}

// Of an edit none is lost.
void check_images(const easel::GenerateRequest& request, int sent, int64_t max_images) {
  const size_t used = (request.image ? 1 : 0) + request.more_images.size();
  require(used == static_cast<size_t>(std::min<int64_t>(sent, max_images)));
  require(used + request.unused_images.size() == static_cast<size_t>(sent));
}

template <typename Message>
void check(const Message& message, const easel::RegistryEntry& entry,
           const absl::StatusOr<easel::GenerateRequest>& request) {
  if (!request.ok()) return check_refusal(request.status());
  require(request->prompt == message.prompt() &&
          request->negative_prompt.has_value() == message.has_negative_prompt());
  require(request->steps.has_value() == message.has_steps());
  require(!request->steps || within(static_cast<double>(*request->steps), entry.allowed.steps));
  require(!request->guidance || within(*request->guidance, entry.allowed.guidance));
  require(!request->true_cfg || within(*request->true_cfg, entry.allowed.guidance));
  require(!request->strength || (within(*request->strength, {0, 1}) && request->image));
  require(!request->seed || *request->seed <= (uint64_t{1} << 53) - 1);
  require(request->num_images >= 1 && request->num_images <= easel::kMaxRequestImages);
  require(request->preview_every >= 0 && request->preview_every <= 1000);
  require(!request->max_sequence_length ||
          within(static_cast<double>(*request->max_sequence_length), {1, 4096}));
  check_sides(*request, entry);
  check_texts(*request);
}

}  // namespace

// Its words about every text that is no UTF-8 would cost more than the reading.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const easel::RegistryEntry entry = entry_of(data[0]);
  const int length = static_cast<int>(size - 1);
  if (data[0] & 1) {
    easel::v1::EditRequest message;
    if (!message.ParseFromArray(data + 1, length)) return 0;
    const int64_t max_images = 1 + (data[0] >> 7);
    const auto request = easel::from_proto(easel::v1::EditRequest(message), entry, max_images);
    check(message, entry, request);
    if (request.ok()) check_images(*request, message.images_size(), max_images);
  } else {
    easel::v1::GenerateRequest message;
    if (!message.ParseFromArray(data + 1, length)) return 0;
    check(message, entry, easel::from_proto(easel::v1::GenerateRequest(message), entry));
  }
  return 0;
}

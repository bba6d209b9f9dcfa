// A body of multipart/form-data is read the same however it arrives; its parts keep their limits;
// what is written of them reads back as the same form. And the form of /edit never takes what it
// should not.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "gateway/api_error.h"
#include "gateway/edit_form.h"
#include "gateway/header_parameters.h"
#include "gateway/multipart_reader.h"
#include "tests/fuzz/require.h"

namespace {

using easel::MultipartPart;
using easel::require;

constexpr std::string_view kBoundary = "B";
constexpr size_t kMost = 300;

using Parts = std::optional<std::vector<MultipartPart>>;

// nullopt where the body is refused, which callers are told in public words.
Parts read(std::string_view body, size_t piece, const easel::MultipartReader::Admit& admit) {
  easel::MultipartReader reader(kBoundary, admit);
  bool taken = true;
  for (size_t at = 0; at < body.size(); at += piece) {
    taken = reader.take(body.substr(at, piece)).ok();
    if (!taken) break;
  }
  auto parts = reader.finish();
  if (!parts.ok()) {
    const easel::ErrorCode code = easel::public_error(parts.status()).code;
    require(code == easel::ErrorCode::kInvalidField || code == easel::ErrorCode::kTooLarge);
    return std::nullopt;
  }
  require(taken && parts->size() <= easel::MultipartReader::kMaxParts);
  return *std::move(parts);
}

void require_same(const Parts& a, const Parts& b) {
  require(a.has_value() == b.has_value());
  if (!a) return;
  require(a->size() == b->size());
  for (size_t i = 0; i < a->size(); ++i) {
    require((*a)[i].name == (*b)[i].name && (*a)[i].content == (*b)[i].content);
    require((*a)[i].content.size() <= kMost);
  }
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string written(const std::vector<MultipartPart>& parts) {
  std::string body;
  for (const MultipartPart& part : parts) {
    body += easel::concat("--", kBoundary,
                          "\r\nContent-Disposition: form-data; name=", quoted(part.name),
                          "\r\n\r\n", part.content, "\r\n");
  }
  return body + easel::concat("--", kBoundary, "--");
}

void check_form(std::string_view body) {
  const easel::UploadLimits limits{kMost, 4096, 1};
  const Parts parts = read(body, body.size() + 1, easel::admit_edit_parts(limits));
  if (!parts) return;
  const auto order = easel::parse_edit_form(*parts, /*max_side=*/768, limits);
  if (!order.ok()) {
    require(easel::public_error(order.status()).code == easel::ErrorCode::kInvalidField);
    return;
  }
  const easel::WorkerRequest& request = order->request;
  require(!request.edit_images.empty() && request.edit_images.size() <= easel::kMaxEditImages);
  require(!request.prompt.empty() && request.width <= 768 && request.height <= 768);
  require(!request.steps || (*request.steps >= 1 && *request.steps <= 200));
  require(!request.strength || (*request.strength >= 0 && *request.strength <= 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const easel::MultipartReader::Admit admit = [](std::string_view) { return kMost; };
  const Parts whole = read(body, body.size() + 1, admit);
  require_same(whole, read(body, 1 + data[0] % 32, admit));
  // A name with a line's end in it cannot have come out of a header.
  if (whole) require_same(whole, read(written(*whole), 7, admit));
  check_form(body);
  const auto boundary = easel::MultipartReader::boundary_of(body);
  require(!boundary.ok() || (!boundary->empty() && boundary->size() <= 70));
  return 0;
}

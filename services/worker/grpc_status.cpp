#include "services/worker/grpc_status.h"

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "google/rpc/error_info.pb.h"

namespace easel {
namespace {

constexpr char kDomain[] = "easel";
// It goes out twice, once of it in base64; clients take 8 KiB of trailers.
constexpr size_t kMaxMessageBytes = 1500;

std::string clean_message(std::string_view message) {
  std::string text;
  for (std::string_view rest = message; !rest.empty() && text.size() < kMaxMessageBytes;) {
    const size_t valid = find_invalid_utf8(rest).value_or(rest.size());
    text += rest.substr(0, valid);
    if (valid < rest.size()) text += '?';
    rest.remove_prefix(valid < rest.size() ? valid + 1 : valid);
  }
  if (text.size() <= kMaxMessageBytes) return text;
  text.resize(kMaxMessageBytes);
  text.resize(find_invalid_utf8(text).value_or(text.size()));  // not within a character
  return text + "...";
}

}  // namespace

grpc::Status to_grpc_status(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = clean_message(to_std(status.message()));
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(std::string(reason_name(reason_of(status))));
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  details.add_details()->PackFrom(info);
  // Abseil's codes are gRPC's.
  return {static_cast<grpc::StatusCode>(status.code()), message, details.SerializeAsString()};
}

}  // namespace easel

#include "services/cli/console.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"

namespace easel {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUse = 2;
constexpr int kBadModel = 3;
constexpr int kOutOfMemory = 4;

}  // namespace

int exit_code(const absl::Status& status) {
  if (status.ok()) return kDone;
  switch (reason_of(status)) {
    case Reason::kInvalidField:
      return kWrongUse;
    case Reason::kModelMissing:
    case Reason::kComponentMissing:
    case Reason::kBadWeights:
      return kBadModel;
    case Reason::kOutOfMemory:
      return kOutOfMemory;
    default:
      return kFailed;
  }
}

std::string error_json(const absl::Status& status) {
  nlohmann::ordered_json error;
  error["reason"] = reason_name(reason_of(status));
  error["message"] = to_std(status.message());
  // Paths need not be UTF-8, JSON must be.
  return nlohmann::ordered_json{{"error", std::move(error)}}.dump(
      -1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

int conclude(const Console& console, const absl::Status& status, bool json) {
  if (!status.ok()) {
    const std::string_view reason = reason_name(reason_of(status));
    console.err << "easel: error: " << status.message() << "\n"
                << "easel: reason " << reason << "; `easel doctor --explain " << reason
                << "` says more" << std::endl;
    if (json) console.out << error_json(status) << "\n";
  }
  console.out.flush();
  if (status.ok() && !console.out.good()) {
    console.err << "easel: error: cannot write the result to the standard output" << std::endl;
    return kFailed;
  }
  return exit_code(status);
}

}  // namespace easel

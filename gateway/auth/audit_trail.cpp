#include "gateway/auth/audit_trail.h"

#include <algorithm>

#include "base/strings.h"
#include "gateway/api_error.h"
#include "gateway/log_event.h"

namespace easel {
namespace {

constexpr size_t kMaxTargetBytes = 256;

void log_failure(const absl::Status& status) {
  log_event(LogLevel::kError, "audit entry not written", {{"detail", log_text(status)}});
}

}  // namespace

absl::StatusOr<int64_t> AuditTrail::begin(const HttpRequest& request,
                                          std::string_view route_pattern) {
  AuditEntry entry;
  entry.at_ms = clock_.utc_ms();
  entry.actor = request.identity.actor();
  entry.address = request.client_address;
  entry.action = concat(request.method, " ", route_pattern);
  for (const auto& [name, value] : request.path_parameters) {
    // The slug that lets its holder edit a prank is a secret.
    if (name == "builder_slug") continue;
    entry.target += concat(entry.target.empty() ? "" : " ", value);
  }
  entry.target.resize(std::min(entry.target.size(), kMaxTargetBytes));
  entry.request_id = request.request_id;
  return store_.add(entry);
}

void AuditTrail::finish(int64_t number, int status, std::string_view target) {
  const absl::Status done = store_.finish(number, status, target.substr(0, kMaxTargetBytes));
  if (!done.ok()) log_failure(done);
}

void AuditTrail::note_login(const HttpRequest& request, std::string_view name, int status) {
  AuditEntry entry;
  entry.at_ms = clock_.utc_ms();
  entry.address = request.client_address;
  entry.action = "login";
  entry.target = name.substr(0, kMaxTargetBytes);
  entry.status = status;
  entry.request_id = request.request_id;
  if (auto added = store_.add(entry); !added.ok()) log_failure(added.status());
}

absl::StatusOr<int64_t> AuditTrail::begin_local(std::string_view action, std::string_view name) {
  AuditEntry entry;
  entry.at_ms = clock_.utc_ms();
  entry.actor = "local";
  entry.action = action;
  entry.target = name.substr(0, kMaxTargetBytes);
  return store_.add(entry);
}

}  // namespace easel

// Writes down what admins do, before it is done. Thread-safe.
#pragma once

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/auth/clock.h"
#include "gateway/http_types.h"
#include "storage/audit_store.h"

namespace easel {

class AuditTrail {
 public:
  // `store` must outlive this.
  AuditTrail(AuditStore& store, Clock clock) : store_(store), clock_(std::move(clock)) {}

  // The entry of a request that is about to run, on the disk: without it nothing is to be done.
  absl::StatusOr<int64_t> begin(const HttpRequest& request, std::string_view route_pattern);
  // What came of it, and what it was done to where the path has not told ("" for nothing).
  void finish(int64_t number, int status, std::string_view target = "");

  // A login of `name` (Admins::name_for_log), as it was answered.
  void note_login(const HttpRequest& request, std::string_view name, int status);
  // As begin(), of what the admin command is about to do ("admin create") with the admin `name`.
  absl::StatusOr<int64_t> begin_local(std::string_view action, std::string_view name);

 private:
  AuditStore& store_;
  const Clock clock_;
};

}  // namespace easel

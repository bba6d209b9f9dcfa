#include "gateway/auth/admin_order.h"

#include <algorithm>

#include "base/error.h"
#include "base/quote.h"
#include "base/utc_time.h"

namespace easel {
namespace {

constexpr int kDone = 200, kRefused = 400;

absl::Status in_words(const absl::Status& status, const AdminOrder& order) {
  if (absl::IsAlreadyExists(status)) {
    return invalid_field("there is an admin ", quote(order.name), " already: `admin reset ",
                         order.name, "` gives it another password");
  }
  if (absl::IsNotFound(status)) {
    return invalid_field("there is no admin ", quote(order.name), ": `admin list` names all, ",
                         "`admin create ", order.name, "` makes it");
  }
  return status;
}

// A row for each, in columns.
absl::StatusOr<std::string> list_text(Admins& admins) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<AdminSummary> all, admins.list());
  EASEL_ASSIGN_OR_RETURN(const std::vector<SessionRecord> sessions, admins.sessions());
  if (all.empty()) return std::string("There is no admin: `admin create NAME` makes one.\n");
  size_t width = 0;
  for (const AdminSummary& admin : all) width = std::max(width, admin.name.size());
  std::string text;
  for (const AdminSummary& admin : all) {
    const auto open = std::count_if(sessions.begin(), sessions.end(), [&](const auto& session) {
      return session.admin == admin.name;
    });
    text += concat(admin.name, std::string(width - admin.name.size(), ' '), "  made ",
                   utc_text(admin.created_at_ms), "  password of ", utc_text(admin.changed_at_ms),
                   "  sessions ", open, "\n");
  }
  return text;
}

absl::StatusOr<std::string> change(const AdminOrder& order, Admins& admins) {
  if (order.command == "create") {
    EASEL_RETURN_IF_ERROR(admins.create(order.name, order.password));
    return std::string("The admin was made.\n");
  }
  if (order.command == "reset") {
    EASEL_RETURN_IF_ERROR(admins.reset(order.name, order.password));
    return std::string("The password was changed; all sessions have ended.\n");
  }
  EASEL_RETURN_IF_ERROR(admins.remove(order.name));
  EASEL_ASSIGN_OR_RETURN(const std::vector<AdminSummary> left, admins.list());
  return concat(
      "The admin was removed; all its sessions have ended. API keys that it made go on "
      "until they are revoked.\n",
      left.empty() ? "There is no admin any more.\n" : "");
}

}  // namespace

bool takes_password(const std::string& command) {
  return command == "create" || command == "reset";
}

absl::StatusOr<std::string> carry_out(const AdminOrder& order, Admins& admins, AuditTrail& audit) {
  if (order.command == "list") return list_text(admins);
  if (!takes_password(order.command) && order.command != "remove") {
    return invalid_field("the command must be create, reset, remove or list");
  }
  EASEL_ASSIGN_OR_RETURN(const int64_t entry,
                         audit.begin_local(concat("admin ", order.command), order.name));
  absl::StatusOr<std::string> done = change(order, admins);
  audit.finish(entry, done.ok() ? kDone : kRefused);
  if (!done.ok()) return in_words(done.status(), order);
  return done;
}

}  // namespace easel

#include "gateway/auth/password_file.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "gateway/auth/password_hasher.h"
#include "gateway/auth/password_input.h"
#include "gateway/log_event.h"
#include "storage/data_folder.h"

namespace easel {
namespace {

constexpr char kName[] = "admin";
constexpr size_t kMaxMarkBytes = 1024;
constexpr int kDone = 200, kRefused = 400;

}  // namespace

absl::Status apply_password_file(const std::string& file, const std::filesystem::path& data_folder,
                                 Admins& admins, AuditTrail& audit) {
  EASEL_ASSIGN_OR_RETURN(const std::string password, read_password(file));
  PasswordHasher hasher{PasswordHasherOptions()};
  const std::filesystem::path mark_file = data_folder / kPasswordMarkFile;
  const absl::StatusOr<std::string> mark = read_file(mark_file, kMaxMarkBytes);
  if (mark.ok() && admins.name_for_log(kName) == kName) {
    EASEL_ASSIGN_OR_RETURN(const bool is_same, hasher.verify(password, *mark));
    if (is_same) {
      log_event(LogLevel::kInfo, "admin password file unchanged", {{"admin", kName}});
      return absl::OkStatus();
    }
  }
  EASEL_ASSIGN_OR_RETURN(const int64_t entry, audit.begin_local("admin password file", kName));
  const absl::Status set = admins.ensure(kName, password);
  audit.finish(entry, set.ok() ? kDone : kRefused);
  EASEL_RETURN_IF_ERROR(set);
  EASEL_ASSIGN_OR_RETURN(const std::string hash, hasher.hash(password));
  return write_file_atomically(mark_file, hash, FileReaders::kOwner);
}

}  // namespace easel

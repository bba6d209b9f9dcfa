#include "storage/storage_error.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "absl/types/optional.h"
#include "base/error.h"

namespace easel {
namespace {

constexpr char kDetailUrl[] = "easel/storage-detail";
constexpr char kBusyUrl[] = "easel/database-busy";
constexpr int kPrimaryCode = 0xFF;
constexpr std::string_view kDiskFailed = "the disk failed";

std::string_view words_of_errno(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "the disk is full";
    case EFBIG:
      return "the disk is full (a file may not grow any further)";
    case EROFS:
      return "the disk is read-only";
    case EACCES:
    case EPERM:
      return "the folder may not be written (read-only, or not ours)";
    case ENOENT:
    case ENOTDIR:
      return "the data folder is gone";
    case EMFILE:
    case ENFILE:
      return "too many files are open";
    default:
      return kDiskFailed;
  }
}

std::string_view words_of_sqlite(int extended_code, int system_errno) {
  switch (extended_code & kPrimaryCode) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return extended_code == SQLITE_READONLY_DBMOVED ? "the database was moved or removed"
                                                      : "the disk is read-only";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds the database";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the database is damaged";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return words_of_errno(system_errno);
    case SQLITE_NOMEM:
      return "out of memory";
    default:
      return "a fault inside the database";
  }
}

bool is_held(int extended_code) {
  const int code = extended_code & kPrimaryCode;
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

absl::Status output_failed(std::string_view what, std::string_view why, std::string_view detail) {
  absl::Status status = make_error(Reason::kOutputFailed, concat(what, ": ", why));
  status.SetPayload(kDetailUrl, absl::Cord(to_absl(detail)));
  return status;
}

}  // namespace

absl::Status storage_error(std::string_view what, const SQLite::Exception& exception,
                           int system_errno) {
  // Of a failed backup there is no extended one.
  const int extended_code = exception.getExtendedErrorCode();
  const int code = extended_code >= 0 ? extended_code : exception.getErrorCode();
  const std::string detail =
      concat("SQLite ", code, ": ", exception.what(),
             system_errno == 0 ? "" : concat(" (", std::strerror(system_errno), ")"));
  absl::Status status = output_failed(what, words_of_sqlite(code, system_errno), detail);
  if (is_held(code)) status.SetPayload(kBusyUrl, absl::Cord());
  return status;
}

absl::Status storage_error(std::string_view what, int error_number, std::string_view detail) {
  return output_failed(what, words_of_errno(error_number),
                       concat(detail, ": ", std::strerror(error_number)));
}

bool is_database_busy(const absl::Status& status) {
  return status.GetPayload(kBusyUrl).has_value();
}

std::string storage_detail(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kDetailUrl);
  return payload ? std::string(*payload) : std::string();
}

}  // namespace easel

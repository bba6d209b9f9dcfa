#include "services/cli/doctor/data_folder_check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/byte_size.h"
#include "base/strings.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = "data folder";
constexpr size_t kHeaderBytes = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr uint32_t kApplicationId = 0x4541534C;  // as storage/migrations.cpp marks its files
// Offsets in the header.
constexpr size_t kPageSize = 16, kChangeCounter = 24, kPages = 28, kMark = 68, kValidFor = 92;

uint32_t big_endian(std::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// A file that is only read, and not through a link.
class ReadOnlyFile {
 public:
  explicit ReadOnlyFile(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  ~ReadOnlyFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;
  int fd() const { return fd_; }

  std::string start(size_t bytes) const {
    std::string text(bytes, '\0');
    const ssize_t got = ::pread(fd_, text.data(), bytes, 0);
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
  }

 private:
  int fd_;
};

// A gateway holds the lock for as long as it lives. To share it for a moment changes nothing.
void read_lock(const fs::path& lock, DataFolderFacts& facts) {
  const ReadOnlyFile file(lock);
  if (file.fd() < 0) return;
  facts.in_use = ::flock(file.fd(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (!facts.in_use) return;
  const std::string text = file.start(/*bytes=*/24);
  facts.holder = text.substr(0, text.find_first_not_of("0123456789"));
}

void read_database(const fs::path& database, DataFolderFacts& facts) {
  std::error_code error;
  const uintmax_t bytes = fs::file_size(database, error);
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory;
    if (!missing) facts.database_problem = error.message();
    return;
  }
  facts.database_bytes = static_cast<int64_t>(bytes);
  const ReadOnlyFile file(database);
  if (file.fd() < 0) {
    facts.database_problem = std::strerror(errno);
    return;
  }
  // A gateway that runs may be in the middle of a change.
  if (facts.in_use) return;
  const uintmax_t wal = fs::file_size(database.string() + "-wal", error);
  facts.database_problem =
      database_problem(file.start(kHeaderBytes), *facts.database_bytes, !error && wal > 0);
  if (facts.database_problem.empty() && ::access(database.c_str(), W_OK) != 0) {
    facts.database_problem = concat("it cannot be written: ", std::strerror(errno));
  }
}

// Where the folder is not there yet it is its nearest folder that must be writable.
std::string write_problem(const fs::path& path) {
  std::error_code error;
  fs::path folder = fs::absolute(path, error);
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, error)) return concat(folder.string(), " is not a folder");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return "";
  return concat(folder.string(), ": ", std::strerror(errno));
}

}  // namespace

std::string database_problem(std::string_view header, int64_t file_bytes, bool has_wal) {
  if (file_bytes == 0) return "";  // as it was made
  if (header.size() < kHeaderBytes || header.substr(0, kMagic.size()) != kMagic) {
    return "it is damaged, or no database: it has no SQLite header";
  }
  const uint32_t stored = big_endian(header, kPageSize, 2);
  const uint32_t page = stored == 1 ? 65536 : stored;
  if (page < 512 || (page & (page - 1)) != 0) return "it is damaged: its page size cannot be";
  const uint32_t mark = big_endian(header, kMark, 4);
  if (mark != kApplicationId && !(mark == 0 && has_wal)) {
    return "it is a database, but not one of easel's";
  }
  const bool counts = big_endian(header, kChangeCounter, 4) == big_endian(header, kValidFor, 4);
  const int64_t whole = int64_t{page} * big_endian(header, kPages, 4);
  if (counts && !has_wal && file_bytes < whole) {
    return concat("it is cut short: ", file_bytes, " bytes of ", whole);
  }
  return "";
}

DataFolderFacts read_data_folder_facts(const fs::path& path) {
  DataFolderFacts facts;
  facts.path = path;
  if (path.empty()) return facts;
  std::error_code error;
  facts.exists = fs::is_directory(path, error);
  facts.write_problem = write_problem(path);
  if (!facts.exists) return facts;
  read_lock(path / "easel.lock", facts);
  read_database(path / "easel.db", facts);
  return facts;
}

Finding judge_data_folder(const DataFolderFacts& facts) {
  if (facts.path.empty()) {
    return warn(kName, "none", "neither EASEL_DATA_DIR nor HOME is set: the gateway cannot start",
                "set EASEL_DATA_DIR to a folder that can be written");
  }
  const std::string path = facts.path.string();
  if (!facts.write_problem.empty()) {
    return fail(kName, concat(path, " cannot be written"), facts.write_problem,
                "give this user the right to write there, or set EASEL_DATA_DIR to another folder");
  }
  if (!facts.exists) return ok(kName, concat(path, " is not there yet; the gateway makes it"));
  std::string found = path;
  found += facts.database_bytes ? concat(", database of ", format_byte_size(*facts.database_bytes))
                                : std::string(", no database yet");
  if (!facts.database_problem.empty()) {
    return fail(kName, found, concat("easel.db: ", facts.database_problem),
                "put back a copy of it, or move it and its -wal and -shm files away: the history "
                "starts anew then, the pictures stay");
  }
  if (facts.in_use) {
    found += facts.holder.empty() ? ", in use by a gateway"
                                  : concat(", in use by a gateway (process ", facts.holder, ")");
  }
  return ok(kName, found);
}

}  // namespace easel

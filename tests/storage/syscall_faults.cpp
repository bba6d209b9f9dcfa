#include "tests/storage/syscall_faults.h"

#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace easel {
namespace {

SyscallFaults::Hook& hook() {
  static SyscallFaults::Hook the_hook;
  return the_hook;
}

bool refused(const FileChange& change) {
  const int error = hook()(change);
  if (error != 0) errno = error;
  return error != 0;
}

ssize_t hooked_pwrite(int fd, const void* bytes, size_t length, off_t offset) {
  if (refused({"pwrite", fd, static_cast<const char*>(bytes), length, offset})) return -1;
  return ::pwrite(fd, bytes, length, offset);
}

int hooked_ftruncate(int fd, off_t length) {
  if (refused({"ftruncate", fd, nullptr, static_cast<size_t>(length), 0})) return -1;
  return ::ftruncate(fd, length);
}

template <typename Function>
void install(const char* name, Function* function) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(function));
}

}  // namespace
}  // namespace easel

// SQLite has no hook for these; a function of the program comes before the C library's.
extern "C" int fsync(int fd) {
  if (easel::hook() && easel::refused({"sync", fd, nullptr, 0, 0})) return -1;
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
  if (easel::hook() && easel::refused({"sync", fd, nullptr, 0, 0})) return -1;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace easel {

SyscallFaults::SyscallFaults(Hook new_hook) {
  sqlite3_initialize();
  hook() = std::move(new_hook);
  install("pwrite", &hooked_pwrite);
  install("pwrite64", &hooked_pwrite);
  install("ftruncate", &hooked_ftruncate);
}

SyscallFaults::~SyscallFaults() {
  sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  for (const char* const name : {"pwrite", "pwrite64", "ftruncate"}) {
    vfs->xSetSystemCall(vfs, name, nullptr);  // SQLite's own again
  }
  hook() = nullptr;
}

}  // namespace easel

#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "base/error.h"

namespace easel {
namespace {

// What the signal handler may touch: atomics only, no locks. A slot is free while `begin` is 0.
struct Mapping {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> damaged{false};
};

constexpr size_t kMaxMappings = 1024;
std::array<Mapping, kMaxMappings> g_mappings;
std::mutex g_mappings_mutex;  // guards taking and freeing slots, never taken by the handler
struct sigaction g_previous_action;
// What a touch of one page maps beside it (fault_around_bytes, unless somebody changed it).
constexpr size_t kFaultAround = size_t{64} << 10;
const uintptr_t kPageSize = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));

void on_sigbus(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (Mapping& mapping : g_mappings) {
    const uintptr_t begin = mapping.begin.load();
    const uintptr_t end = (mapping.end.load() + kPageSize - 1) & ~(kPageSize - 1);
    if (begin == 0 || address < begin || address >= end) continue;
    mapping.damaged.store(true);
    // To the end at once: a file that lost gigabytes would otherwise cost a signal for each page.
    const uintptr_t page = address & ~(kPageSize - 1);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    if (::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ, flags, -1, 0) != MAP_FAILED)
      return;
  }
  // Not ours: as if this handler had never been there.
  if ((g_previous_action.sa_flags & SA_SIGINFO) != 0) {
    g_previous_action.sa_sigaction(signal, info, context);
  } else if (g_previous_action.sa_handler != SIG_DFL && g_previous_action.sa_handler != SIG_IGN) {
    g_previous_action.sa_handler(signal);
  } else {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = on_sigbus;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGBUS, &action, &g_previous_action);
  });
}

int take_slot(uintptr_t begin, size_t size) {
  const std::lock_guard lock(g_mappings_mutex);
  for (size_t i = 0; i < kMaxMappings; ++i) {
    if (g_mappings[i].begin.load() != 0) continue;
    g_mappings[i].damaged.store(false);
    g_mappings[i].end.store(begin + size);
    g_mappings[i].begin.store(begin);
    return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

absl::StatusOr<std::shared_ptr<MappedFile>> MappedFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe with the file's name would hold the process for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const Reason reason =
        errno == ENOENT || errno == ENOTDIR ? Reason::kModelMissing : Reason::kBadWeights;
    return make_error(reason, concat("cannot open ", path.string(), ": ", std::strerror(errno)));
  }
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  const auto size = static_cast<size_t>(info.st_size);
  void* data = regular && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
  if (!regular || data == MAP_FAILED) {
    const int error = errno;
    ::close(fd);
    if (!regular) return bad_weights(path.string(), " is not a regular file");
    return bad_weights("cannot map ", path.string(), ": ", std::strerror(error));
  }
  std::shared_ptr<MappedFile> file(new MappedFile(path, fd, static_cast<const char*>(data), size));
  if (size > 0 && file->slot_ < 0)
    return bad_weights("more than ", kMaxMappings, " files are mapped at once");
  return file;
}

MappedFile::MappedFile(std::filesystem::path path, int fd, const char* data, size_t size)
    : path_(std::move(path)), fd_(fd), data_(data), size_(size) {
  install_handler();
  if (size_ > 0) slot_ = take_slot(reinterpret_cast<uintptr_t>(data_), size_);
}

MappedFile::~MappedFile() {
  // The slot first: once unmapped, the addresses may belong to another file.
  if (slot_ >= 0) g_mappings[static_cast<size_t>(slot_)].begin.store(0);
  if (size_ > 0) ::munmap(const_cast<char*>(data_), size_);
  ::close(fd_);
}

absl::Status MappedFile::check_intact() const {
  const bool page_was_missing = slot_ >= 0 && g_mappings[static_cast<size_t>(slot_)].damaged.load();
  struct stat info {};
  const bool shorter = ::fstat(fd_, &info) != 0 || static_cast<uint64_t>(info.st_size) < size_;
  if (!page_was_missing && !shorter) return absl::OkStatus();
  return bad_weights(
      path_.string(),
      " became shorter while it was in use: restore the file and load the model again");
}

absl::Status MappedFile::read(size_t offset, std::byte* target, size_t length) const {
  while (length > 0) {
    const ssize_t got = ::pread(fd_, target, length, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bad_weights("cannot read ", path_.string(), ": ", std::strerror(errno));
    if (got == 0) {
      return bad_weights(path_.string(), " became shorter while it was in use: restore the file");
    }
    offset += static_cast<size_t>(got);
    target += got;
    length -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

MappedFile::Pages MappedFile::pages(size_t offset, size_t length, size_t unit) const {
  const auto base = reinterpret_cast<uintptr_t>(data_);
  const uintptr_t begin = (base + offset) / unit * unit;
  const uintptr_t end = (base + offset + length + unit - 1) / unit * unit;
  const uintptr_t last = (base + size_ + kPageSize - 1) / kPageSize * kPageSize;
  return {reinterpret_cast<void*>(std::max(begin, base)),
          std::min(end, last) - std::max(begin, base)};
}

absl::Status MappedFile::populate(size_t offset, size_t length) const {
  if (length == 0) return absl::OkStatus();
  const Pages range = pages(offset, length, kPageSize);
  // All of it is on its way from the disk before the first page is waited for.
  ::madvise(range.begin, range.length, MADV_WILLNEED);
  if (::madvise(range.begin, range.length, MADV_POPULATE_READ) == 0) return absl::OkStatus();
  // EINVAL: a kernel before 5.14; the pages come when they are touched.
  if (errno == EINVAL || errno == EAGAIN || errno == EINTR) return absl::OkStatus();
  if (errno == EFAULT) {
    return bad_weights(path_.string(), " became shorter while it was in use: restore the file");
  }
  return bad_weights("cannot read ", path_.string(), ": ", std::strerror(errno));
}

void MappedFile::release(size_t offset, size_t length) const {
  if (length == 0) return;
  const Pages range = pages(offset, length, kFaultAround);
  ::madvise(range.begin, range.length, MADV_DONTNEED);
}

}  // namespace easel

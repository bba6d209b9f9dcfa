#include "engine/isolation/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "engine/isolation/sanitized.h"

namespace easel {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;
#endif
constexpr bool kHasFilter = kArchitecture != 0 && !kIsSanitized;

constexpr long kAllowed[] = {
    SYS_read,         SYS_write,         SYS_mmap,      SYS_munmap,
    SYS_mremap,       SYS_brk,           SYS_mprotect,  SYS_madvise,
    SYS_futex,        SYS_clock_gettime, SYS_getpid,    SYS_gettid,
    SYS_exit,         SYS_exit_group,    SYS_getrandom, SYS_rt_sigprocmask,
    SYS_rt_sigaction, SYS_rt_sigreturn,
};

constexpr long kRefused[] = {
    SYS_openat, SYS_newfstatat, SYS_faccessat, SYS_readlinkat,
#ifdef SYS_open
    SYS_open,   SYS_access,     SYS_readlink,
#endif
};

constexpr uint32_t kForbidden = SECCOMP_RET_ERRNO | EACCES;

// A jump over the next instruction unless the accumulator is `value`, and a return.
void add_case(std::vector<sock_filter>& filter, uint32_t value, uint32_t action) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, action));
}

// tgkill() is what abort() ends with: allowed where the first argument is `process`, of which the
// kernel looks at the lower half alone.
void add_own_signals(std::vector<sock_filter>& filter, pid_t process) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)));
  add_case(filter, static_cast<uint32_t>(process), SECCOMP_RET_ALLOW);
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
}

std::vector<sock_filter> make_filter(pid_t process) {
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const long call : kAllowed) {
    add_case(filter, static_cast<uint32_t>(call), SECCOMP_RET_ALLOW);
  }
  for (const long call : kRefused) add_case(filter, static_cast<uint32_t>(call), kForbidden);
  add_own_signals(filter, process);
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  return filter;
}

// Not having it changes nothing but the order in which programs die.
void go_first_when_memory_runs_out() {
  constexpr char kMost[] = "1000";
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(file, kMost, sizeof(kMost) - 1);
  ::close(file);
}

absl::Status failed(const char* what) {
  return make_error(Reason::kInferenceFailed, concat(what, ": ", std::strerror(errno)));
}

}  // namespace

absl::Status enter_sandbox() {
  go_first_when_memory_runs_out();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
  const rlimit none{0, 0};
  if (!kIsSanitized && ::setrlimit(RLIMIT_NOFILE, &none) != 0)
    return failed("the limit of open files");
  if (!kHasFilter) return absl::OkStatus();
  std::vector<sock_filter> filter = make_filter(::getpid());
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return absl::OkStatus();
  // A kernel without it says EINVAL; limits are left.
  return errno == EINVAL ? absl::OkStatus() : failed("the filter of system calls");
}

}  // namespace easel

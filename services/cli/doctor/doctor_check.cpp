#include "services/cli/doctor/doctor_check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include "base/strings.h"
#include "services/cli/doctor/finding_json.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kEndLimit{1000};  // for a process that was killed to go

// In the check's process: findings as lines into a pipe.
class FindingWriter {
 public:
  explicit FindingWriter(int fd) : fd_(fd) {}

  void write(Finding finding) {
    const Clock::time_point now = Clock::now();
    finding.seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    const std::string line = finding_to_json(finding) + "\n";
    for (size_t at = 0; at < line.size();) {
      const ssize_t written = ::write(fd_, line.data() + at, line.size() - at);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) ::_exit(1);  // the doctor is gone
      at += static_cast<size_t>(written);
    }
  }

 private:
  int fd_;
  Clock::time_point last_ = Clock::now();
};

[[noreturn]] void run_in_child(const DoctorCheck& check, int fd, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before the line above
  FindingWriter writer(fd);
  constexpr char kThrew[] = "the check ended in an exception";
  constexpr char kReport[] =
      "report it, with this line: it is a fault of the doctor or of libtorch";
  try {
    check.run([&](Finding finding) { writer.write(std::move(finding)); });
  } catch (const std::exception& exception) {
    writer.write(fail(check.name, kThrew, exception.what(), kReport));
  } catch (...) {
    writer.write(fail(check.name, kThrew, "it has no message", kReport));
  }
  // No destructors: what they would flush is the parent's.
  ::_exit(0);
}

// Hands on every whole line and keeps the rest. Returns how many there were.
size_t take_lines(std::string& text, const FindingSink& sink) {
  size_t count = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    if (std::optional<Finding> finding = finding_from_json(text.substr(0, end))) {
      sink(*std::move(finding));
      ++count;
    }
    text.erase(0, end + 1);
  }
  return count;
}

// Until the pipe's end or the limit. False for the limit.
bool read_findings(int fd, Clock::time_point limit, const FindingSink& sink, size_t& count) {
  std::string text;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now()).count();
    pollfd input{fd, POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&input, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(buffer, static_cast<size_t>(got));
    count += take_lines(text, sink);
  }
}

// The wait status. Nothing for a process that does not go even when killed (a dead network disk):
// it is left behind.
std::optional<int> wait_for_end(pid_t child) {
  const Clock::time_point limit = Clock::now() + kEndLimit;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if ((ended < 0 && errno != EINTR) || Clock::now() >= limit) return std::nullopt;
    ::poll(nullptr, 0, /*milliseconds=*/1);
  }
}

std::string death_remedy(int signal) {
  if (signal == SIGILL) {
    return "libtorch uses an instruction that this processor does not have: use a libtorch that "
           "is built for it";
  }
  if (signal == SIGKILL) {
    return "most likely the system was out of memory (dmesg says so): free some, or raise the "
           "container's limit";
  }
  return "report it, with this line; the check ran in a process of its own, nothing else was hurt";
}

Finding death(const DoctorCheck& check, int wait_status) {
  if (!WIFSIGNALED(wait_status)) {
    return fail(check.name, "the check ended before it was done",
                concat("its process left with exit code ", WEXITSTATUS(wait_status)),
                "read what it wrote on the standard error, and report it");
  }
  const int signal = WTERMSIG(wait_status);
  return fail(check.name, "the check crashed",
              concat("signal ", signal, " (", ::strsignal(signal), ")"), death_remedy(signal));
}

Finding too_long(const DoctorCheck& check) {
  const double seconds = std::chrono::duration<double>(check.limit).count();
  return fail(check.name, concat("no result within ", seconds, " s"),
              "the check blocks: a disk, a driver or a program does not answer, or the machine is "
              "very busy",
              "run `easel doctor` again when the machine is idle; if it stays, what the check "
              "looks at is at fault");
}

// What became of the process after its pipe ended.
void conclude_check(const DoctorCheck& check, bool in_time, std::optional<int> wait_status,
                    size_t count, const FindingSink& sink) {
  if (!in_time) {
    sink(too_long(check));
  } else if (wait_status && *wait_status != 0) {
    sink(death(check, *wait_status));
  } else if (count == 0) {
    sink(fail(check.name, "the check said nothing", "it ended without a result", "report it"));
  }
}

void cannot_start(const DoctorCheck& check, const char* call, const FindingSink& sink) {
  sink(fail(check.name, "the check could not be started", concat(call, ": ", std::strerror(errno)),
            "end some programs: the system's limit of processes or files is reached"));
}

}  // namespace

void run_check(const DoctorCheck& check, const FindingSink& sink) {
  const Clock::time_point start = Clock::now();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot_start(check, "pipe", sink);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    run_in_child(check, ends[1], parent);
  }
  ::close(ends[1]);
  if (child < 0) {
    cannot_start(check, "fork", sink);
    ::close(ends[0]);
    return;
  }
  size_t count = 0;
  const bool in_time = read_findings(ends[0], start + check.limit, sink, count);
  ::close(ends[0]);
  if (!in_time) ::kill(child, SIGKILL);
  conclude_check(check, in_time, wait_for_end(child), count, [&](Finding finding) {
    finding.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    sink(std::move(finding));
  });
}

}  // namespace easel

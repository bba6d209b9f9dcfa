#include "tests/services/worker/worker_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace easel {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string file_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// -1 when it cannot be started.
pid_t spawn(std::vector<std::string> command, std::vector<std::string> environment,
            const fs::path& out, const fs::path& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int flags = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), flags, 0600);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, command[0].c_str(), &actions, nullptr,
                                 pointers(command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

int exit_code(pid_t pid) {
  int state = 0;
  ::waitpid(pid, &state, 0);
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

// A loaded machine may be slow to start a program.
template <typename Condition>
bool await(const Condition& condition) {
  for (int i = 0; i < 1200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {EASEL_WORKER_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  pid_ = spawn(command,
               {"HOME=" + folder_.path().string(), "OMP_NUM_THREADS=1",
                "EASEL_DEMO_DIR=" EASEL_SOURCE_DIR "/demo/model"},
               folder_ / "out", folder_ / "err");
}

WorkerProcess::~WorkerProcess() {
  if (pid_ < 0) return;
  send(SIGKILL);
  wait();
}

std::string WorkerProcess::await_address() {
  await([this] {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return ended.si_pid != 0 || logged("listening").is_object();
  });
  return logged("listening").is_object() ? logged("listening")["address"] : "";
}

void WorkerProcess::send(int signal) const { ::kill(pid_, signal); }

int WorkerProcess::wait() {
  const int code = exit_code(pid_);
  pid_ = -1;
  return code;
}

nlohmann::json WorkerProcess::logged(const std::string& event) const {
  std::istringstream lines(out());
  nlohmann::json found;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("event", "") == event) found = json;
  }
  return found;
}

bool WorkerProcess::await_logged(const std::string& event) const {
  return await([&] { return logged(event).is_object(); });
}

std::string WorkerProcess::read(const char* name) const { return file_text(folder_ / name); }

}  // namespace easel

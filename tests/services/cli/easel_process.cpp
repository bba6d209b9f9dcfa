#include "tests/services/cli/easel_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

namespace easel {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// libtorch takes seconds to start more threads than a loaded machine has cores.
std::vector<std::string> environment(const fs::path& home) {
  return {"HOME=" + home.string(), "OMP_NUM_THREADS=1",
          "EASEL_DEMO_DIR=" + (home / "demo").string()};
}

}  // namespace

std::string file_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

void edit_header(const fs::path& file, const std::function<void(nlohmann::json&)>& edit) {
  const std::string bytes = file_bytes(file);
  uint64_t length = 0;
  ASSERT_GE(bytes.size(), sizeof(length));
  std::memcpy(&length, bytes.data(), sizeof(length));
  nlohmann::json header = nlohmann::json::parse(bytes.substr(sizeof(length), length));
  edit(header);
  const std::string text = header.dump();
  const uint64_t new_length = text.size();
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&new_length), sizeof(new_length));
  out << text << bytes.substr(sizeof(length) + length);
}

pid_t EaselTest::start(const Arguments& arguments, const std::string& standard_input) {
  const fs::path in = private_folder_.write("in", standard_input);
  std::vector<std::string> argv = {EASEL_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(private_folder_.path());
  variables.insert(variables.end(), variables_.begin(), variables_.end());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto open = [&](int fd, const fs::path& path, int flags) {
    posix_spawn_file_actions_addopen(&actions, fd, path.c_str(), flags, 0600);
  };
  open(0, in, O_RDONLY);
  open(1, private_folder_ / "out", O_WRONLY | O_CREAT | O_TRUNC);
  open(2, private_folder_ / "err", O_WRONLY | O_CREAT | O_TRUNC);
  posix_spawn_file_actions_addchdir_np(&actions, folder_.path().c_str());
  pid_t process = -1;
  const int error = posix_spawn(&process, EASEL_PROGRAM, &actions, nullptr, pointers(argv).data(),
                                pointers(variables).data());
  EXPECT_EQ(error, 0) << "cannot start " << EASEL_PROGRAM << ": " << std::strerror(error);
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

ProcessResult EaselTest::finish(pid_t process) {
  int state = 0;
  ::waitpid(process, &state, 0);
  ProcessResult result;
  if (WIFEXITED(state)) result.exit_code = WEXITSTATUS(state);
  result.out = file_bytes(private_folder_ / "out");
  result.err = error_output();
  return result;
}

std::string EaselTest::error_output() const { return file_bytes(private_folder_ / "err"); }

ProcessResult EaselTest::easel(const Arguments& arguments, const std::string& standard_input) {
  return finish(start(arguments, standard_input));
}

EaselTest::Arguments EaselTest::generate_arguments(const Arguments& more) {
  Arguments arguments = {"generate"};
  const auto given = [&](const std::string& name) {
    return std::any_of(more.begin(), more.end(), [&](const std::string& argument) {
      return argument == name || argument.starts_with(name + "=");
    });
  };
  const Arguments defaults[] = {{"--model", model().string()},
                                {"--prompt", "a red circle"},
                                {"--width", "64"},
                                {"--height", "64"},
                                {"--steps", "2"},
                                {"--seed", "7"},
                                {"--max-sequence-length", "32"},
                                {"--device", "cpu"}};
  for (const Arguments& option : defaults) {
    const bool replaced = given(option[0]) || (option[0] == "--prompt" && given("--prompt-file"));
    if (!replaced) arguments.insert(arguments.end(), option.begin(), option.end());
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ProcessResult EaselTest::generate(const Arguments& more, const std::string& standard_input) {
  return easel(generate_arguments(more), standard_input);
}

fs::path EaselTest::model(const std::string& name) {
  return fs::path(EASEL_TEST_DATA) / "flux" / "models" / name;
}

fs::path EaselTest::copy_model(const std::string& name) {
  const fs::path copy = private_folder_ / "model";
  fs::remove_all(copy);
  fs::copy(model(name), copy, fs::copy_options::recursive);
  return copy;
}

std::vector<std::string> EaselTest::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace easel

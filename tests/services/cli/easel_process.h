// Runs the real `easel` program for tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace easel {

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  std::string out;
  std::string err;

  nlohmann::json json() const {
    return nlohmann::json::parse(out, nullptr, /*allow_exceptions=*/false);
  }
};

// A test with a folder of its own, in which the program runs: with no home, registry or hub cache
// but those in it.
class EaselTest : public ::testing::Test {
 protected:
  using Arguments = std::vector<std::string>;

  ProcessResult easel(const Arguments& arguments, const std::string& standard_input = "");
  // `easel generate` with a tiny model and a size of 64 x 64; `more` wins over what it sets.
  ProcessResult generate(const Arguments& more, const std::string& standard_input = "");
  static Arguments generate_arguments(const Arguments& more);

  // Starts the program, and waits for it. Standard output and error go to files in the folder.
  pid_t start(const Arguments& arguments, const std::string& standard_input = "");
  ProcessResult finish(pid_t process);
  std::string error_output() const;

  // A tiny checkpoint as it is committed, and a copy to damage.
  static std::filesystem::path model(const std::string& name = "dev_a");
  std::filesystem::path copy_model(const std::string& name = "dev_a");
  // Pictures and temporary files in the working folder.
  std::vector<std::string> files() const;

  Arguments variables_;        // of the environment, besides its own: "NAME=value"
  TempFolder folder_;          // the program's working folder
  TempFolder private_folder_;  // streams, home and so on
};

// Changes the JSON of a safetensors file's header and leaves its data as they are.
void edit_header(const std::filesystem::path& file,
                 const std::function<void(nlohmann::json&)>& edit);

std::string file_bytes(const std::filesystem::path& file);

}  // namespace easel

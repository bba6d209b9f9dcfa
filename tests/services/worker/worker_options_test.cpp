#include "services/worker/worker_options.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

using Variables = std::map<std::string, std::string>;

absl::StatusOr<WorkerCommand> parse(std::vector<const char*> arguments,
                                    const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "easel-worker");
  return parse_worker_command(static_cast<int>(arguments.size()), arguments.data(),
                              [&](const std::string& name) {
                                const auto found = variables.find(name);
                                return found == variables.end() ? "" : found->second;
                              });
}

class WorkerOptionsTest : public ::testing::Test {
 protected:
  absl::StatusOr<WorkerCommand> parse_file(const std::string& text,
                                           std::vector<const char*> more = {}) {
    file_ = folder_.write("worker.toml", text).string();
    more.insert(more.end(), {"--config", file_.c_str()});
    return parse(more);
  }

  TempFolder folder_;
  std::string file_;
};

TEST_F(WorkerOptionsTest, DefaultsNeedNothing) {
  const auto command = parse({});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->action, WorkerAction::kServe);
  EXPECT_EQ(command->options.address, "127.0.0.1:50051");
  EXPECT_EQ(command->options.max_loaded_models, 1);
}

TEST_F(WorkerOptionsTest, AFlagWinsOverTheEnvironmentAndThatOverTheFile) {
  file_ = folder_.write("worker.toml", "address = \"[::1]:1\"\nqueue_limit = 5\n").string();
  const Variables variables = {{"EASEL_WORKER_CONFIG", file_},
                               {"EASEL_WORKER_ADDRESS", "[::1]:2"},
                               {"EASEL_MODELS_DIR", "/models"}};
  const auto by_environment = parse({}, variables);
  ASSERT_TRUE(by_environment.ok()) << by_environment.status();
  EXPECT_EQ(by_environment->options.address, "[::1]:2");
  EXPECT_EQ(by_environment->options.models_dir, "/models");
  EXPECT_EQ(by_environment->options.queue_limit, 5);
  const auto by_flag = parse({"--address", "[::1]:3", "--queue-limit=6"}, variables);
  ASSERT_TRUE(by_flag.ok()) << by_flag.status();
  EXPECT_EQ(by_flag->options.address, "[::1]:3");
  EXPECT_EQ(by_flag->options.queue_limit, 6);
}

TEST_F(WorkerOptionsTest, MistakesInTheFileAreToldWithTheirLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"\nadress = \"127.0.0.1:1\"", "worker.toml:2: unknown key 'adress'"},
      {"queue_limit = 0", "worker.toml:1: 'queue_limit' must be a whole number from 1 to"},
      {"queue_limit = \"5\"", "worker.toml:1"},
      {"\n\ninsecure = 1", "worker.toml:3: 'insecure' must be true or false"},
      {"load = \"demo\"", "worker.toml:1: 'load' must be a list of strings"},
      {"threads = 1\nthreads = 2", "worker.toml:2"},
      {"[worker]\nthreads = 1", "unknown key 'worker'"},
      {"a = ", "worker.toml:1"},
      {"max_upload_megapixels = 65", "must be a whole number from 1 to 64"},
      {"max_upload_mib = 26", "must be a whole number from 1 to 25"},
      {"memory_budget = 4", "worker.toml:1: 'memory_budget' must be"},
      {"memory_budget = \"4 GiB of it\"", "memory_budget"},
  };
  for (const auto& [text, named] : cases) {
    EXPECT_TRUE(fails_with(parse_file(text).status(), Reason::kInvalidField, {named})) << text;
  }
}

TEST_F(WorkerOptionsTest, MistakesInFlagsAreTold) {
  EXPECT_TRUE(fails_with(parse({"--quue-limit", "5"}).status(), Reason::kInvalidField,
                         {"--quue-limit", "--help"}));
  EXPECT_TRUE(
      fails_with(parse({"--queue-limit", "0"}).status(), Reason::kInvalidField, {"--queue-limit"}));
  EXPECT_TRUE(
      fails_with(parse({"--queue-limit", "x"}).status(), Reason::kInvalidField, {"--queue-limit"}));
  EXPECT_TRUE(fails_with(parse({"--memory-budget", "much"}).status(), Reason::kInvalidField,
                         {"memory_budget", "much"}));
  EXPECT_TRUE(fails_with(parse({"--address", "0.0.0.0:1"}).status(), Reason::kInvalidField,
                         {"--insecure"}));
  EXPECT_TRUE(
      fails_with(parse({"--config", "/nowhere"}).status(), Reason::kInvalidField, {"/nowhere"}));
}

TEST_F(WorkerOptionsTest, WhatIsPrintedIsReadBackAsTheSame) {
  const auto given =
      parse({"--address", "unix:/a \"b\"", "--load", "one", "--load", "two", "--log-prompts",
             "--drain-seconds", "7", "--device", "cpu", "--memory-budget", "6GiB",
             "--max-upload-megapixels", "16", "--max-upload-mib", "8", "--print-config"});
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->action, WorkerAction::kPrintConfig);
  const std::string text = options_toml(given->options);
  const auto again = parse_file(text, {"--check-config"});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->action, WorkerAction::kCheckConfig);
  EXPECT_EQ(options_toml(again->options), text);
  EXPECT_EQ(again->options.load, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(again->options.address, "unix:/a \"b\"");
  EXPECT_EQ(again->options.memory_budget, "6GiB");
  EXPECT_EQ(again->options.max_upload_megapixels, 16);
  EXPECT_EQ(again->options.max_upload_mib, 8);
}

TEST_F(WorkerOptionsTest, HelpNamesEveryOption) {
  const auto command = parse({"--help"});
  ASSERT_TRUE(command.ok());
  EXPECT_EQ(command->action, WorkerAction::kPrintText);
  for (const char* name : {"--address",
                           "--tls-cert",
                           "--tls-key",
                           "--client-ca",
                           "--insecure",
                           "--registry",
                           "--models-dir",
                           "--device",
                           "--dtype",
                           "--threads",
                           "--queue-limit",
                           "--max-loaded-models",
                           "--max-upload-megapixels",
                           "--max-upload-mib",
                           "--load",
                           "--drain-seconds",
                           "--job-seconds",
                           "--log-prompts",
                           "--config",
                           "--check-config",
                           "--print-config",
                           "EASEL_WORKER_ADDRESS"}) {
    EXPECT_NE(command->text.find(name), std::string::npos) << name;
  }
  for (const char* part :
       {"--queue-limit INT", "--registry FILE", "--models-dir FOLDER", "--device TEXT",
        "--memory-budget SIZE", "default 64", "default 127.0.0.1:50051", "Exit codes: 0 "}) {
    EXPECT_NE(command->text.find(part), std::string::npos) << part << " of " << command->text;
  }
}

}  // namespace
}  // namespace easel

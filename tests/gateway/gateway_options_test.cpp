#include "gateway/gateway_options.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class GatewayOptionsTest : public ::testing::Test {
 public:
  GatewayOptionsTest() {
    for (const char* name : kVariables) ::unsetenv(name);
    ::setenv("EASEL_DATA_DIR", "/data", 1);
  }
  ~GatewayOptionsTest() override {
    for (const char* name : kVariables) ::unsetenv(name);
  }
  static absl::StatusOr<GatewayCommand> read(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "easel-gateway");
    return read_gateway_command(static_cast<int>(arguments.size()), arguments.data());
  }

  static constexpr const char* kVariables[] = {"EASEL_GATEWAY_PORT", "EASEL_WORKER_ADDRESS",
                                               "EASEL_DATA_DIR", "MAX_IMAGE_SIDE"};
  TempFolder folder;
};

TEST_F(GatewayOptionsTest, StaysOnThisMachineByDefault) {
  const GatewayOptions options = read({})->options;
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 7999);
  EXPECT_EQ(options.max_image_side, 768);
  EXPECT_EQ(options.cors_origins.size(), 4U);
  EXPECT_TRUE(is_loopback(options.host));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
  EXPECT_FALSE(is_loopback("::"));
}

TEST_F(GatewayOptionsTest, FlagsGoBeforeTheEnvironmentAndThatBeforeTheFile) {
  const std::string file =
      folder.write("g.toml", "port = 1\nmax_image_side = 100\nmax_streams = 9\n").string();
  ::setenv("EASEL_GATEWAY_PORT", "2", 1);
  ::setenv("MAX_IMAGE_SIDE", "200", 1);
  const auto command = read({"--config", file.c_str(), "--port", "3"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->options.port, 3);
  EXPECT_EQ(command->options.max_image_side, 200);
  EXPECT_EQ(command->options.max_streams, 9);
}

TEST_F(GatewayOptionsTest, ThePrintedConfigurationReadsBackTheSame) {
  const auto command = read({"--cors-origin", "https://example.org,http://localhost:1",
                             "--trusted-proxy", "10.0.0.1", "--port", "0"});
  ASSERT_TRUE(command.ok()) << command.status();
  const std::string text = gateway_config_text(command->options);
  const std::string file = folder.write("g.toml", text).string();
  const auto again = read({"--config", file.c_str()});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(gateway_config_text(again->options), text);
  EXPECT_EQ(again->options.cors_origins,
            (std::vector<std::string>{"https://example.org", "http://localhost:1"}));
}

TEST_F(GatewayOptionsTest, TheFileTakesTheNamesOfTheFlags) {
  const std::string file = folder
                               .write("g.toml",
                                      "model_cost = [\"flux_dev=4\"]\n"
                                      "cors_origin = [\"https://example.org\"]\n"
                                      "trusted_proxy = [\"10.0.0.1\"]\nadmin_origins = []\n")
                               .string();
  const auto command = read({"--config", file.c_str()});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->options.model_costs, std::vector<std::string>{"flux_dev=4"});
  EXPECT_EQ(command->options.cors_origins, std::vector<std::string>{"https://example.org"});
  EXPECT_EQ(command->options.trusted_proxies, std::vector<std::string>{"10.0.0.1"});
  folder.write("g.toml", "model_cost = [\"a=1\"]\nmodel_costs = [\"b=1\"]\n");
  EXPECT_TRUE(fails_with(read({"--config", file.c_str()}).status(), Reason::kInvalidField,
                         {"g.toml:2", "twice", "model_costs"}));
}

TEST_F(GatewayOptionsTest, HelpSaysTypesDefaultsAndExitCodes) {
  const std::string help = read({"--help"})->text;
  for (const char* part :
       {"--port INT", "--data-dir FOLDER", "--picture-decoder FILE", "--host TEXT",
        "--cors-origin LIST", "--config FILE", "default 7999", "default 127.0.0.1:50051",
        "default http://localhost:3000,", "default 768", "default allow", "Exit codes: 0 "}) {
    EXPECT_NE(help.find(part), std::string::npos) << part << " of " << help;
  }
  for (const std::vector<const char*>& command :
       {std::vector<const char*>{"admin", "create", "--help"},
        {"admin", "reset", "--help"},
        {"backup", "--help"}}) {
    const std::string text = read(command)->text;
    for (const char* part : {"--data-dir FOLDER", "EASEL_DATA_DIR", "Exit codes: 0 "}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " of " << command[0];
    }
  }
}

TEST_F(GatewayOptionsTest, NamesTheLineOfWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"port = 1\nprot = 2\n", ":2"},  {"port = \"1\"\n", ":1"},
      {"port = 70000\n", ":1"},        {"host = 3\n", ":1"},
      {"\n\nport = \n", ":3"},         {"cors_origins = [1]\n", ":1"},
      {"cors_origins = \"*\"\n", ":1"}};
  for (const auto& [text, named] : cases) {
    const std::string file = folder.write("g.toml", text).string();
    EXPECT_TRUE(fails_with(read({"--config", file.c_str()}).status(), Reason::kInvalidField,
                           {"g.toml", named}))
        << text;
  }
  const std::string file = folder.write("g.toml", "cors_origins = [\"*\"]\n").string();
  EXPECT_TRUE(fails_with(read({"--config", file.c_str()}).status(), Reason::kInvalidField, {"*"}));
}

TEST_F(GatewayOptionsTest, RefusesWrongFlagsAndVariables) {
  for (const std::vector<const char*>& arguments : {std::vector<const char*>{"--port", "x"},
                                                    {"--port", "-1"},
                                                    {"--nonsense"},
                                                    {"--cors-origin", "null"},
                                                    {"--admin-origin", "*"},
                                                    {"--trusted-proxy", "proxy.example"},
                                                    {"--trusted-proxy", "10.0.0.0/8"},
                                                    {"--allowed-host", "*"},
                                                    {"--allowed-host", "https://example.org"},
                                                    {"--max-streams", "0"},
                                                    {"--config", "/nowhere.toml"},
                                                    {"positional"}}) {
    EXPECT_FALSE(read(arguments).ok()) << arguments[0];
  }
  ::setenv("EASEL_GATEWAY_PORT", "many", 1);
  EXPECT_TRUE(fails_with(read({}).status(), Reason::kInvalidField, {"EASEL_GATEWAY_PORT"}));
}

TEST_F(GatewayOptionsTest, TakesTheFolderOfABackup) {
  const auto backup = read({"backup", "/backups/monday", "--data-dir", "/data"});
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(backup->action, GatewayAction::kBackup);
  EXPECT_EQ(backup->backup_folder, "/backups/monday");
  EXPECT_EQ(backup->options.data_dir, "/data");
  EXPECT_FALSE(read({"backup"}).ok());
  EXPECT_FALSE(read({"backup", "a", "b"}).ok());
  EXPECT_NE(read({"--help"})->text.find("backup"), std::string::npos);
  const auto help = read({"backup", "--help"});
  ASSERT_EQ(help->action, GatewayAction::kExit);
  for (const char* const word : {"DESTINATION", "EASEL_DATA_DIR", ".partial", "Exit code"}) {
    EXPECT_NE(help->text.find(word), std::string::npos) << word;
  }
}

TEST_F(GatewayOptionsTest, RefusesAQuotaThatNoPictureFitsInto) {
  const auto refused = read({"--daily-quota", "10", "--model-cost", "small=2,big=17"});
  EXPECT_TRUE(fails_with(refused.status(), Reason::kInvalidField,
                         {"--daily-quota 10", "--model-cost big=17"}));
  EXPECT_TRUE(read({"--daily-quota", "17", "--model-cost", "small=2,big=17"}).ok());
  EXPECT_TRUE(read({"--model-cost", "big=17"}).ok());
}

TEST_F(GatewayOptionsTest, SaysWhatToDo) {
  EXPECT_EQ(read({"--check-config"})->action, GatewayAction::kCheckConfig);
  EXPECT_EQ(read({"--print-config"})->action, GatewayAction::kPrintConfig);
  const auto help = read({"--help"});
  EXPECT_EQ(help->action, GatewayAction::kExit);
  for (const char* flag : {"--host", "--port", "--worker", "--data-dir", "--cors-origin",
                           "--trusted-proxy", "--max-streams-per-address", "--check-config"}) {
    EXPECT_NE(help->text.find(flag), std::string::npos) << flag;
  }
  EXPECT_EQ(read({"--version"})->text, "easel-gateway 0.1.0\n");
}

}  // namespace
}  // namespace easel

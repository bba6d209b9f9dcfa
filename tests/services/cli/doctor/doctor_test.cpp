// `easel doctor` on the machine that the tests run on, whatever it is.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

class DoctorTest : public EaselTest {
 protected:
  // The first finding of that name; null when there is none.
  static nlohmann::json finding(const nlohmann::json& result, const std::string& name) {
    for (const nlohmann::json& check : result["checks"]) {
      if (check["name"] == name) return check;
    }
    return {};
  }

  // Everything below the folder of the program's home.
  std::set<std::string> home_files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(private_folder_.path())) {
      names.insert(entry.path().string());
    }
    return names;
  }

  void install_demo() const {
    fs::copy(model(), private_folder_ / "demo", fs::copy_options::recursive);
  }
};

TEST_F(DoctorTest, LooksAtEverythingDrawsAPictureAndChangesNothing) {
  install_demo();
  ASSERT_EQ(easel({"--version"}).exit_code, 0);
  const std::set<std::string> before = home_files();
  const ProcessResult result = easel({"doctor", "--json"});
  const nlohmann::json json = result.json();
  ASSERT_TRUE(json.is_object()) << result.out << result.err;
  for (const char* name :
       {"cpu", "memory", "libtorch", "gpu", "bandwidth", "disk of the data folder", "disk speed",
        "model demo", "port of the gateway", "port of the worker", "data folder", "a picture"}) {
    EXPECT_TRUE(finding(json, name).is_object()) << name << " in " << result.out;
  }
  for (const nlohmann::json& check : json["checks"]) {
    const bool good = check["status"] == "ok";
    EXPECT_EQ(check.value("cause", "-").empty(), good) << check;
    EXPECT_EQ(check.value("remedy", "-").empty(), good) << check;
    EXPECT_GE(check["seconds"], 0) << check;
  }
  for (const char* name : {"libtorch", "model demo", "a picture"}) {
    EXPECT_EQ(finding(json, name)["status"], "ok") << finding(json, name);
  }
  EXPECT_EQ(result.exit_code, json["status"] == "fail" ? 1 : 0);
  EXPECT_EQ(home_files(), before);
  EXPECT_TRUE(files().empty());
}

TEST_F(DoctorTest, SaysWhatIsWrongAndGoesOn) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(name);
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&name), size), 0);
  ::getsockname(taken, reinterpret_cast<sockaddr*>(&name), &size);
  const fs::path file = private_folder_.write("file", "");
  private_folder_.write(".config/easel/models.toml", "[models.gone]\npath = \"/no/such/model\"\n");
  private_folder_.write("models/org/half/vae/config.json", "{}");
  variables_ = {"EASEL_DATA_DIR=" + file.string(),
                "EASEL_MODELS_DIR=" + (private_folder_ / "models").string(),
                "EASEL_GATEWAY_PORT=" + std::to_string(ntohs(name.sin_port)),
                "EASEL_WORKER_ADDRESS=nowhere"};
  const ProcessResult result = easel({"doctor", "--json"});
  ::close(taken);
  const nlohmann::json json = result.json();
  ASSERT_TRUE(json.is_object()) << result.out << result.err;
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json["status"], "fail");
  EXPECT_EQ(finding(json, "data folder")["status"], "fail");
  EXPECT_EQ(finding(json, "port of the gateway")["status"], "warn");
  EXPECT_EQ(finding(json, "port of the worker")["status"], "fail");
  EXPECT_EQ(finding(json, "model gone")["status"], "fail");
  EXPECT_EQ(finding(json, "model org/half")["status"], "warn");
  EXPECT_EQ(finding(json, "model demo")["status"], "fail");
  EXPECT_EQ(finding(json, "a picture")["status"], "fail");
  EXPECT_EQ(finding(json, "libtorch")["status"], "ok");
}

TEST_F(DoctorTest, ADamagedRegistryIsAFindingToo) {
  private_folder_.write(".config/easel/models.toml", "[models");
  const ProcessResult result = easel({"doctor"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("fail  models: the registry cannot be read"), std::string::npos)
      << result.out;
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << "no colours in a file";
  EXPECT_NE(result.out.find(" findings: "), std::string::npos) << result.out;
}

TEST_F(DoctorTest, ASignalEndsIt) {
  const pid_t process = start({"doctor"});
  ::kill(process, SIGTERM);
  EXPECT_EQ(finish(process).exit_code, -1);
}

TEST_F(DoctorTest, ExplainsReasons) {
  EXPECT_EQ(easel({"doctor", "--explain"}).exit_code, 0);
  EXPECT_NE(easel({"doctor", "--explain", "BAD_WEIGHTS"}).out.find("exit code 3"),
            std::string::npos);
  EXPECT_EQ(easel({"doctor", "--explain", "NOTHING"}).exit_code, 2);
  const ProcessResult failed = easel({"inspect", "/no/such/model"});
  EXPECT_NE(failed.err.find("easel doctor --explain MODEL_MISSING"), std::string::npos)
      << failed.err;
}

}  // namespace
}  // namespace easel

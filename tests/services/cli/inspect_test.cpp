// `easel inspect` on models and files that are whole; bad_model_test.cpp has the others.
#include <filesystem>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

class InspectTest : public EaselTest {};

TEST_F(InspectTest, ReportsEveryComponent) {
  for (const char* name : {"dev_a", "dev_b", "schnell"}) {
    const ProcessResult result = easel({"inspect", model(name).string(), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    const nlohmann::json json = result.json();
    ASSERT_TRUE(json.is_object()) << result.out;
    EXPECT_EQ(json["family"], "flux");
    EXPECT_EQ(json["variant"], std::string(name) == "schnell" ? "schnell" : "dev");
    EXPECT_EQ(json["complete"], true);
    EXPECT_EQ(json["components"].size(), 7u);
    for (const nlohmann::json& component : json["components"]) {
      EXPECT_EQ(component["problem"], "") << component;
      if (component["name"] == "transformer") {
        EXPECT_EQ(component["class"], "FluxTransformer2DModel");
        EXPECT_GT(component["parameters"], 0);
        EXPECT_NE(component["dtype"], "");
      }
    }
  }
}

TEST_F(InspectTest, TheTextSaysThatTheModelIsComplete) {
  const ProcessResult result = easel({"inspect", model().string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out.find("flux dev"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("The model is complete."), std::string::npos) << result.out;
}

TEST_F(InspectTest, ReportsOneFile) {
  const auto file = model() / "vae" / "diffusion_pytorch_model.safetensors";
  const nlohmann::json json = easel({"inspect", file.string(), "--json"}).json();
  ASSERT_TRUE(json.is_object());
  EXPECT_GT(json["tensors"], 10);
  EXPECT_GT(json["parameters"], 1000);
  EXPECT_GT(json["prefixes"]["decoder"], 1);
  EXPECT_EQ(easel({"inspect", file.string()}).exit_code, 0);
}

TEST_F(InspectTest, AFileThatIsNoWeightsIsABadModel) {
  const auto file = folder_.write("w.safetensors", "no weights");
  const ProcessResult result = easel({"inspect", file.string(), "--json"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.json()["error"]["reason"], "BAD_WEIGHTS");
}

TEST_F(InspectTest, ADamagedModelIsStillAReport) {
  const auto copy = copy_model();
  std::filesystem::remove_all(copy / "vae");
  const ProcessResult result = easel({"inspect", copy.string(), "--json"});
  EXPECT_EQ(result.exit_code, 3);
  const nlohmann::json json = result.json();
  ASSERT_TRUE(json.is_object()) << result.out;
  EXPECT_EQ(json["complete"], false);
  EXPECT_EQ(json["components"].size(), 7u);
  EXPECT_EQ(json["variant"], "dev");
}

}  // namespace
}  // namespace easel

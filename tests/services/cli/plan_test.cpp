// `easel plan` for published models, of which there is no file, and for a tiny checkpoint.
#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

class PlanTest : public EaselTest {
 protected:
  // Nothing measured: the same plan everywhere.
  ProcessResult plan(const Arguments& more) {
    Arguments arguments = {"plan", "--json", "--upload-speed", "25GB", "--host-memory", "256GiB"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return easel(arguments);
  }
};

nlohmann::json component(const nlohmann::json& plan, const std::string& name) {
  for (const nlohmann::json& component : plan["components"]) {
    if (component["name"] == name) return component;
  }
  return {};
}

TEST_F(PlanTest, APublishedModelNeedsNoFile) {
  const ProcessResult result =
      plan({"--model", "flux-dev", "--device", "cuda", "--memory-budget", "8GiB"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  const nlohmann::json json = result.json();
  ASSERT_TRUE(json.is_object()) << result.out;
  EXPECT_EQ(json["fits"], true);
  EXPECT_LE(json["peak_bytes"], 8 * kGiB);
  EXPECT_EQ(component(json, "transformer")["placement"], "stream_host");
  EXPECT_EQ(component(json, "transformer")["blocks"], 57);
  EXPECT_EQ(component(json, "transformer")["format"], "bf16");
}

TEST_F(PlanTest, EveryPublishedModelCanBePlanned) {
  for (const char* name :
       {"flux-dev", "flux-schnell", "hidream-i1-full", "hunyuan-image-3", "sdxl", "sd3-medium"}) {
    const ProcessResult result =
        plan({"--model", name, "--device", "cuda", "--memory-budget", "24GiB"});
    EXPECT_EQ(result.exit_code, 0) << name << result.out << result.err;
    EXPECT_GT(result.json().value("seconds_per_step", 0.0), 0) << name;
  }
}

TEST_F(PlanTest, AMisfitIsOutOfMemoryAndSaysWhatWouldDo) {
  const ProcessResult misfit =
      plan({"--model", "flux-dev", "--device", "cuda", "--memory-budget", "500MiB"});
  EXPECT_EQ(misfit.exit_code, 4);
  const nlohmann::json json = misfit.json();
  EXPECT_EQ(json["fits"], false);
  const auto smallest = json["smallest_budget_bytes"].get<int64_t>();
  const auto with = [&](int64_t budget) {
    return plan({"--model", "flux-dev", "--device", "cuda", "--memory-budget",
                 std::to_string(budget)})
        .exit_code;
  };
  EXPECT_EQ(with(smallest), 0);
  EXPECT_EQ(with(smallest - 1), 4);
}

TEST_F(PlanTest, LargerPicturesNeedMore) {
  const auto smallest = [&](const char* side) {
    return plan({"--model", "sd3-medium", "--device", "cuda", "--memory-budget", "40GiB", "--width",
                 side, "--height", side, "--batch", "4"})
        .json()
        .value("smallest_budget_bytes", int64_t{0});
  };
  EXPECT_LT(smallest("512"), smallest("2048"));
}

TEST_F(PlanTest, ACheckpointIsPlannedByItsHeaders) {
  const ProcessResult result = plan({"--model", model().string(), "--device", "cpu", "--width",
                                     "64", "--height", "64", "--memory-budget", "4GiB"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  const nlohmann::json json = result.json();
  EXPECT_EQ(component(json, "transformer")["blocks"], 4);
  EXPECT_EQ(component(json, "transformer")["format"], "fp32");
  EXPECT_EQ(component(json, "text_encoder_2")["placement"], "resident");
}

TEST_F(PlanTest, TheTextIsForPeople) {
  const ProcessResult result = easel({"plan", "--model", "sdxl", "--device", "cuda",
                                      "--memory-budget", "12GiB", "--upload-speed", "25GB"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("Stable Diffusion XL base 1.0 on cuda"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("It fits:"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("This rests on:"), std::string::npos) << result.out;
}

TEST_F(PlanTest, WrongUseNamesTheOption) {
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{"--memory-budget", "much"}, "--memory-budget"},
      {{"--memory-budget", "8GiB", "--width", "1000"}, "width"},
      {{"--memory-budget", "8GiB", "--batch", "0"}, "--num-images"},
      {{"--memory-budget", "8GiB", "--compute-rate", "0"}, "--compute-rate"},
      {{"--memory-budget", "8GiB", "--component", "vae=/x"}, "--component"},
      {{"--memory-budget", "8GiB", "--dtype", "int8"}, "int8"},
  };
  for (const auto& [arguments, named] : cases) {
    Arguments all = {"--model", "flux-dev", "--device", "cpu"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProcessResult result = plan(all);
    EXPECT_EQ(result.exit_code, 2) << named << result.out;
    EXPECT_NE(result.err.find(named), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace easel

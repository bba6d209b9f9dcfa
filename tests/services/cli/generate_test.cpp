// `easel generate` where all goes well.
#include <filesystem>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

using Files = std::vector<std::string>;

constexpr char kPngSignature[] = "\x89PNG\r\n\x1a\n";

class GenerateTest : public EaselTest {};

TEST_F(GenerateTest, MakesAPictureAndPrintsItsPath) {
  const ProcessResult result = generate({"--output", "o.png"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "o.png\n");
  EXPECT_EQ(files(), Files{"o.png"});
  EXPECT_TRUE(file_bytes(folder_ / "o.png").starts_with(kPngSignature));
  EXPECT_NE(file_bytes(folder_ / "o.png").find("Seed: 7"), std::string::npos);
  EXPECT_NE(result.err.find("denoise: 2 steps\n"), std::string::npos) << result.err;
}

TEST_F(GenerateTest, TheSameSeedMakesTheSameFile) {
  EXPECT_EQ(generate({"--output", "a.png"}).exit_code, 0);
  EXPECT_EQ(generate({"--output", "b.png"}).exit_code, 0);
  EXPECT_EQ(generate({"--output", "c.png", "--seed", "8"}).exit_code, 0);
  EXPECT_EQ(file_bytes(folder_ / "a.png"), file_bytes(folder_ / "b.png"));
  EXPECT_NE(file_bytes(folder_ / "a.png"), file_bytes(folder_ / "c.png"));
}

TEST_F(GenerateTest, JsonHasWhatWasUsed) {
  const ProcessResult result =
      generate({"--output", "o.png", "--num-images", "2", "--json", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const nlohmann::json json = result.json();
  ASSERT_FALSE(json.is_discarded()) << result.out;
  EXPECT_EQ(json["images"], (nlohmann::json{"o.png", "o-1.png"}));
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["width"], 64);
  EXPECT_EQ(json["height"], 64);
  EXPECT_EQ(json["steps"], 2);
  EXPECT_EQ(json["family"], "flux");
  EXPECT_EQ(json["variant"], "dev");
  EXPECT_EQ(json["device"], "cpu");
  EXPECT_TRUE(json["seconds"]["denoise"].is_number());
  EXPECT_GT(json["peak_memory_bytes"], 0);
  EXPECT_TRUE(json["warnings"].is_array());
  EXPECT_EQ(files(), (Files{"o-1.png", "o.png"}));
}

TEST_F(GenerateTest, WithoutAnOutputNoFileIsOverwritten) {
  EXPECT_EQ(generate({}).out, "easel-7.png\n");
  const std::string first = file_bytes(folder_ / "easel-7.png");
  EXPECT_EQ(generate({"--prompt", "another"}).out, "easel-7.2.png\n");
  EXPECT_EQ(file_bytes(folder_ / "easel-7.png"), first);
}

TEST_F(GenerateTest, AGivenOutputTakesTheOldOnesPlace) {
  folder_.write("o.png", "old");
  EXPECT_EQ(generate({"--output", "o.png"}).exit_code, 0);
  EXPECT_TRUE(file_bytes(folder_ / "o.png").starts_with(kPngSignature));
}

TEST_F(GenerateTest, ReadsThePromptFromAFileOrTheInput) {
  EXPECT_EQ(generate({"--output", "a.png"}).exit_code, 0);
  const auto file = folder_.write("p.txt", "a red circle\n");
  EXPECT_EQ(generate({"--output", "b.png", "--prompt-file", file.string()}).exit_code, 0);
  EXPECT_EQ(generate({"--output", "c.png", "--prompt-file", "-"}, "a red circle").exit_code, 0);
  EXPECT_EQ(file_bytes(folder_ / "a.png"), file_bytes(folder_ / "b.png"));
  EXPECT_EQ(file_bytes(folder_ / "a.png"), file_bytes(folder_ / "c.png"));
}

TEST_F(GenerateTest, TakesPromptsThatLookLikeSomethingElse) {
  for (const char* prompt : {"", "{}", "[a,b]", "--steps", "-1", "%%", "a=b"}) {
    const ProcessResult result =
        generate({"--output", "o.png", "--steps", "1", "--prompt", prompt});
    EXPECT_EQ(result.exit_code, 0) << prompt << ": " << result.err;
    // The prompt comes first in the PNG's text, unquoted.
    const std::string text = std::string("parameters") + '\0' + prompt + "\nSteps: ";
    EXPECT_NE(file_bytes(folder_ / "o.png").find(text), std::string::npos) << prompt;
  }
}

TEST_F(GenerateTest, AnEmptyNegativePromptDiffersFromNone) {
  const ProcessResult empty =
      generate({"--output", "a.png", "--negative-prompt=", "--true-cfg", "2"});
  EXPECT_EQ(empty.exit_code, 0) << empty.err;
  EXPECT_EQ(empty.err.find("warning"), std::string::npos) << empty.err;
  const ProcessResult none = generate({"--output", "b.png", "--true-cfg", "2"});
  EXPECT_EQ(none.exit_code, 0) << none.err;
  EXPECT_NE(none.err.find("warning: true_cfg is ignored"), std::string::npos) << none.err;
  EXPECT_NE(file_bytes(folder_ / "a.png"), file_bytes(folder_ / "b.png"));
}

TEST_F(GenerateTest, SavedLatentsMakeTheSamePictureAgain) {
  EXPECT_EQ(generate({"--output", "a.png", "--save-tensors", "t.safetensors"}).exit_code, 0);
  EXPECT_EQ(files(), (Files{"a.png", "t.safetensors"}));
  const ProcessResult again = generate(
      {"--output", "b.png", "--latents", "t.safetensors", "--save-tensors", "u.safetensors"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(file_bytes(folder_ / "t.safetensors"), file_bytes(folder_ / "u.safetensors"));
}

TEST_F(GenerateTest, PreviewsStandBesideThePicture) {
  const ProcessResult result = generate({"--output", "o.png", "--preview-every", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(files(), (Files{"o.png", "o.preview.png"}));
  EXPECT_TRUE(file_bytes(folder_ / "o.preview.png").starts_with(kPngSignature));
}

TEST_F(GenerateTest, PaintsInAPicture) {
  const std::string inputs = std::string(EASEL_TEST_DATA) + "/flux/inputs/";
  const ProcessResult result =
      generate({"--output", "o.png", "--image", inputs + "init_64x64.png", "--mask",
                inputs + "mask_soft_80x60.png", "--strength", "0.9"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(files(), Files{"o.png"});
}

TEST_F(GenerateTest, TakesAComponentFromElsewhere) {
  const auto vae = model() / "vae" / "diffusion_pytorch_model.safetensors";
  const auto copy = copy_model();
  std::filesystem::remove(copy / "vae" / "diffusion_pytorch_model.safetensors");
  const Arguments arguments = {"--output", "o.png", "--model", copy.string()};
  EXPECT_EQ(generate(arguments).exit_code, 3);
  Arguments with = arguments;
  with.insert(with.end(), {"--component", "vae=" + vae.string()});
  const ProcessResult result = generate(with);
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(GenerateTest, BenchPrintsATableAndJson) {
  const Arguments arguments = {
      "bench",   "--model", model().string(), "--width", "64",       "--height", "64",
      "--steps", "3",       "--runs",         "2",       "--device", "cpu"};
  const ProcessResult text = easel(arguments);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find("\nstep "), std::string::npos) << text.out;
  Arguments as_json = arguments;
  as_json.push_back("--json");
  const nlohmann::json json = easel(as_json).json();
  ASSERT_FALSE(json.is_discarded());
  EXPECT_GT(json["seconds"]["step"], 0);
  EXPECT_EQ(json["runs"], 2);
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace easel

// Folders that are no model, or not a whole one: open_model says what is missing or wrong.
#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"
#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

absl::Status open_status(const std::filesystem::path& path) { return try_open(path).status(); }

void replace_text(const std::filesystem::path& file, const std::string& from,
                  const std::string& to) {
  std::string text = read_file(file, 1 << 20).value();
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::ofstream(file, std::ios::binary) << text;
}

TEST(OpenModelTest, RefusesWhatIsNoModel) {
  const TempFolder folder;
  EXPECT_TRUE(fails_with(open_status(folder / "nowhere"), Reason::kModelMissing, {"nowhere"}));
  EXPECT_TRUE(fails_with(open_status(folder.path()), Reason::kModelMissing, {"model_index.json"}));
  const auto file = folder.write("file", "hello");
  EXPECT_TRUE(fails_with(open_status(file), Reason::kModelMissing, {"file"}));
}

TEST(OpenModelTest, RefusesAnotherPipelineAndNamesThoseItServes) {
  const ModelCopy copy("dev_a");
  replace_text(copy / "model_index.json", "FluxPipeline", "StableDiffusion3Pipeline");
  EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights,
                         {"StableDiffusion3Pipeline", "not supported", "FluxPipeline"}));
}

TEST(OpenModelTest, RefusesADamagedIndex) {
  const ModelCopy copy("dev_a");
  std::filesystem::resize_file(copy / "model_index.json", 100);
  EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights, {"model_index.json"}));
}

TEST(OpenModelTest, NamesTheComponentThatIsMissing) {
  for (const std::string component : {"scheduler", "tokenizer", "tokenizer_2", "text_encoder",
                                      "text_encoder_2", "transformer", "vae"}) {
    const ModelCopy copy("dev_a");
    std::filesystem::remove_all(copy / component);
    EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kComponentMissing, {component}))
        << component;
  }
}

TEST(OpenModelTest, NamesTheComponentWithoutWeights) {
  const ModelCopy copy("dev_a");
  std::filesystem::remove(copy / "vae/diffusion_pytorch_model.safetensors");
  EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kComponentMissing, {"vae"}));
}

TEST(OpenModelTest, NamesTheConfigThatIsCutShort) {
  for (const std::string file :
       {"transformer/config.json", "vae/config.json", "text_encoder/config.json",
        "text_encoder_2/config.json", "scheduler/scheduler_config.json"}) {
    const ModelCopy copy("dev_a");
    std::filesystem::resize_file(copy / file, 60);
    EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights, {file})) << file;
  }
}

TEST(OpenModelTest, NamesTheWeightsThatAreCutShort) {
  const ModelCopy copy("dev_a");
  const auto file = copy / "text_encoder_2/model.safetensors";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights,
                         {"text_encoder_2/model.safetensors"}));
}

TEST(OpenModelTest, RefusesComponentsThatDoNotFitEachOther) {
  const std::pair<const char*, std::vector<std::string_view>> cases[] = {
      {"text_encoder", {"width of text_encoder:", "28", "36"}},
      {"text_encoder_2", {"width of text_encoder_2", "24", "28"}},
      {"vae", {"latent channels of vae", "4", "6"}},
  };
  for (const auto& [component, named] : cases) {
    const ModelCopy copy("dev_a");
    copy.replace(component, "dev_b");
    EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights, named)) << component;
  }
}

TEST(OpenModelTest, RefusesWeightsThatDoNotFitTheirConfig) {
  const ModelCopy copy("dev_a");
  replace_text(copy / "transformer/config.json", "\"num_single_layers\": 2",
               "\"num_single_layers\": 3");
  EXPECT_TRUE(fails_with(open_status(copy.path()), Reason::kBadWeights,
                         {"transformer: ", "missing", "single_transformer_blocks.2."}));
}

TEST(OpenModelTest, RefusesOptionsThatCannotBe) {
  ModelOptions options;
  options.path = tiny_model_path("dev_a");
  options.device = "tpu";
  EXPECT_TRUE(fails_with(open_model(options).status(), Reason::kInvalidField, {"'tpu'", "cuda:N"}));
  options.device = "cpu";
  options.components["unet"] = options.path / "vae";
  EXPECT_TRUE(
      fails_with(open_model(options).status(), Reason::kInvalidField, {"'unet'", "transformer"}));
}

TEST(OpenModelTest, TakesAComponentFromElsewhere) {
  const ModelCopy copy("dev_a");
  std::filesystem::remove(copy / "vae/diffusion_pytorch_model.safetensors");
  ModelOptions options;
  options.path = copy.path();
  options.dtype = ComputeDtype::kFp32;
  options.components["vae"] = tiny_model_path("dev_a") / "vae/diffusion_pytorch_model.safetensors";
  const auto model = open_model(options);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(pictures_of(**model, small_request()) ==
              pictures_of(*open_tiny(tiny_model_path("dev_a")), small_request()));
}

}  // namespace
}  // namespace easel::testing

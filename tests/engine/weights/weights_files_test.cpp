#include "engine/weights/weights_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// The name that is chosen among `names`; "" when there is none.
std::string chosen(const std::vector<std::string_view>& names, bool is_index = false) {
  const TempFolder folder;
  for (const std::string_view name : names) folder.write(name, "x");
  const auto file = find_weights_file(folder.path());
  if (!file.ok()) return "";
  EXPECT_EQ(file->is_index, is_index);
  return file->path.filename().string();
}

TEST(WeightsFilesTest, PlainNamesComeBeforeVariants) {
  EXPECT_EQ(
      chosen({"diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors"}),
      "diffusion_pytorch_model.safetensors");
  EXPECT_EQ(chosen({"model.safetensors", "model.fp16.safetensors", "config.json"}),
            "model.safetensors");
}

TEST(WeightsFilesTest, IndexAndSingleFileGoInTheReferencesOrder) {
  EXPECT_EQ(chosen({"diffusion_pytorch_model.safetensors",
                    "diffusion_pytorch_model.safetensors.index.json"},
                   /*is_index=*/true),
            "diffusion_pytorch_model.safetensors.index.json");
  EXPECT_EQ(chosen({"model.safetensors", "model.safetensors.index.json"}), "model.safetensors");
}

TEST(WeightsFilesTest, AVariantIsTakenWhenNothingElseIsThere) {
  EXPECT_EQ(chosen({"model.fp16.safetensors", "pytorch_model.bin"}), "model.fp16.safetensors");
  EXPECT_EQ(chosen({"model.safetensors.index.fp16.json", "model.fp16-00001-of-00002.safetensors"},
                   /*is_index=*/true),
            "model.safetensors.index.fp16.json");
}

TEST(WeightsFilesTest, OtherFilesAreNoWeights) {
  EXPECT_EQ(chosen({}), "");
  EXPECT_EQ(chosen({"config.json", "model.safetensors.bak", "my_model.safetensors", "model.json"}),
            "");
  EXPECT_EQ(chosen({"model-00001-of-00002.safetensors"}), "");
}

TEST(WeightsFilesTest, SaysWhatIsMissing) {
  const TempFolder folder;
  EXPECT_TRUE(fails_with(find_weights_file(folder.path()).status(), Reason::kComponentMissing,
                         {folder.path().string(), "expected", "model.safetensors"}));
  folder.write("model-00001-of-00002.safetensors", "x");
  EXPECT_TRUE(fails_with(find_weights_file(folder.path()).status(), Reason::kComponentMissing,
                         {"model-00001-of-00002.safetensors", "no index"}));
  EXPECT_TRUE(
      fails_with(find_weights_file(folder / "no").status(), Reason::kComponentMissing, {"/no"}));
}

TEST(WeightsFilesTest, PickleAloneIsRefusedWithTheReason) {
  for (const char* name : {"diffusion_pytorch_model.bin", "x.ckpt", "x.pt", "x.pth"}) {
    const TempFolder folder;
    folder.write(name, "\x80\x02}q.");
    EXPECT_TRUE(fails_with(find_weights_file(folder.path()).status(), Reason::kBadWeights,
                           {name, "run code", "Convert it to safetensors"}));
  }
}

}  // namespace
}  // namespace easel

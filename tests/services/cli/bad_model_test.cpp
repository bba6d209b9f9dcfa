// Models that are missing or damaged: exit code 3 from `generate` and from `inspect`, the file
// named, no picture.
#include <filesystem>
#include <fstream>

#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kTransformer[] = "transformer/diffusion_pytorch_model.safetensors";

class BadModelTest : public EaselTest {
 protected:
  // Both commands refuse the model; both messages hold every one of `parts`.
  void expect_refused(const fs::path& path, const std::string& reason,
                      const std::vector<std::string>& parts) {
    const ProcessResult drawn = generate({"--model", path.string(), "--output", "o.png", "--json"});
    EXPECT_EQ(drawn.exit_code, 3) << drawn.err;
    const nlohmann::json json = drawn.json();
    ASSERT_TRUE(json.is_object()) << drawn.out;
    EXPECT_EQ(json["error"]["reason"], reason) << drawn.err;
    EXPECT_TRUE(files().empty());
    const ProcessResult inspected = easel({"inspect", path.string()});
    EXPECT_EQ(inspected.exit_code, 3) << inspected.out;
    for (const std::string& part : parts) {
      EXPECT_NE(drawn.err.find(part), std::string::npos)
          << "wanted '" << part << "' in: " << drawn.err;
      EXPECT_NE((inspected.out + inspected.err).find(part), std::string::npos)
          << "wanted '" << part << "' in: " << inspected.out << inspected.err;
    }
  }

  static void cut(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }
};

TEST_F(BadModelTest, OneThatIsNotThere) {
  expect_refused("/no/such/model", "MODEL_MISSING", {"'/no/such/model'", "no such path"});
  expect_refused("org/name", "MODEL_MISSING", {"hf download org/name"});
}

TEST_F(BadModelTest, AFolderThatIsNoModel) {
  const TempFolder other;
  other.write("readme.txt", "");
  expect_refused(other.path(), "MODEL_MISSING", {"model_index.json", "readme.txt"});
}

TEST_F(BadModelTest, APipelineOfAnotherFamily) {
  const fs::path copy = copy_model();
  std::ofstream(copy / "model_index.json")
      << R"({"_class_name": "OtherPipeline", "vae": ["diffusers", "AutoencoderKL"]})";
  expect_refused(copy, "BAD_WEIGHTS", {"OtherPipeline"});
}

TEST_F(BadModelTest, ATruncatedFile) {
  const fs::path copy = copy_model();
  cut(copy / kTransformer);
  expect_refused(copy, "BAD_WEIGHTS", {kTransformer});
}

TEST_F(BadModelTest, AMissingShard) {
  const fs::path copy = copy_model("dev_b");
  const std::string shard = "diffusion_pytorch_model-00002-of-00002.safetensors";
  fs::remove(copy / "transformer" / shard);
  expect_refused(copy, "COMPONENT_MISSING", {shard});
}

TEST_F(BadModelTest, AMissingComponent) {
  const fs::path copy = copy_model();
  fs::remove_all(copy / "text_encoder_2");
  expect_refused(copy, "COMPONENT_MISSING", {"text_encoder_2"});
}

TEST_F(BadModelTest, APickleFile) {
  const fs::path copy = copy_model();
  std::ofstream(copy / kTransformer, std::ios::binary) << "\x80\x02}q\x01.";
  expect_refused(copy, "BAD_WEIGHTS", {kTransformer, "pickle"});
}

TEST_F(BadModelTest, AMissingAndAnExtraTensor) {
  const fs::path copy = copy_model();
  edit_header(copy / kTransformer, [](nlohmann::json& header) {
    header["x_embedder.wrong"] = header["x_embedder.weight"];
    header.erase("x_embedder.weight");
  });
  expect_refused(copy, "BAD_WEIGHTS", {"transformer", "x_embedder.weight", "x_embedder.wrong"});
}

TEST_F(BadModelTest, AMisshapenTensor) {
  const fs::path copy = copy_model();
  edit_header(copy / kTransformer, [](nlohmann::json& header) {
    nlohmann::json& shape = header["x_embedder.weight"]["shape"];
    std::swap(shape[0], shape[1]);
  });
  expect_refused(copy, "BAD_WEIGHTS", {"transformer", "x_embedder.weight"});
}

TEST_F(BadModelTest, ConfigsAndTokenizersCutShort) {
  for (const char* file :
       {"transformer/config.json", "vae/config.json", "text_encoder/config.json",
        "tokenizer/vocab.json", "tokenizer_2/tokenizer.json", "model_index.json"}) {
    const fs::path copy = copy_model();
    if (!fs::exists(copy / file)) continue;
    cut(copy / file);
    expect_refused(copy, "BAD_WEIGHTS",
                   {fs::path(file).parent_path().string(), fs::path(file).filename().string()});
  }
}

}  // namespace
}  // namespace easel

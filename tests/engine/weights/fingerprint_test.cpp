#include "engine/api/fingerprint.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/weights/safetensors_writer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargeBytes = 8 << 20;  // more than 64 samples cover

NamedTensor bytes_tensor(std::string bytes) {
  NamedTensor tensor;
  tensor.name = "weight";
  tensor.dtype = DType::kU8;
  tensor.shape = {static_cast<int64_t>(bytes.size())};
  tensor.bytes = std::move(bytes);
  return tensor;
}

// A model of one component with weights and one without.
class Model {
 public:
  explicit Model(const std::string& weights) {
    folder_.write("m/model_index.json",
                  R"({"_class_name": "P", "vae": ["diffusers", "V"], "tokenizer": ["t", "T"]})");
    folder_.write("m/vae/config.json", R"({"a": 1})");
    folder_.write("m/tokenizer/vocab.json", "{}");
    write_weights("m/vae/model.safetensors", weights);
  }
  void write_weights(const std::string& file, const std::string& weights) const {
    fs::create_directories((folder_ / file).parent_path());
    const absl::Status written = write_safetensors(folder_ / file, {bytes_tensor(weights)});
    EXPECT_TRUE(written.ok()) << written;
  }
  std::string fingerprint(const std::map<std::string, fs::path>& components = {}) const {
    const absl::StatusOr<std::string> result = fingerprint_model(path(), components);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : "";
  }
  fs::path path() const { return folder_ / "m"; }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
};

TEST(FingerprintTest, IsASha256InHexThatDoesNotDependOnThePlace) {
  const Model a("weights"), b("weights");
  EXPECT_EQ(a.fingerprint().size(), 64u);
  EXPECT_EQ(a.fingerprint().find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
}

TEST(FingerprintTest, DiffersForOtherWeightsUnderTheSameHeader) {
  EXPECT_NE(Model("weights").fingerprint(), Model("Weights").fingerprint());
}

TEST(FingerprintTest, DiffersForOtherWeightsAtEitherEndOfALargeFile) {
  std::string bytes(kLargeBytes, 'x');
  const std::string before = Model(bytes).fingerprint();
  std::string first = bytes, last = bytes;
  first.front() = 'y';
  last.back() = 'y';
  EXPECT_NE(Model(first).fingerprint(), before);
  EXPECT_NE(Model(last).fingerprint(), before);
}

TEST(FingerprintTest, DiffersForAnotherConfigAndAnotherVocabulary) {
  const Model model("weights");
  const std::string before = model.fingerprint();
  model.folder().write("m/vae/config.json", R"({"a": 2})");
  const std::string config = model.fingerprint();
  EXPECT_NE(config, before);
  model.folder().write("m/tokenizer/vocab.json", R"({"a": 2})");
  EXPECT_NE(model.fingerprint(), config);
}

TEST(FingerprintTest, DoesNotDependOnWhatIsNoPartOfTheModel) {
  const Model model("weights");
  const std::string before = model.fingerprint();
  model.folder().write("m/README.md", "hello");
  model.folder().write("m/other/config.json", "{}");
  EXPECT_EQ(model.fingerprint(), before);
}

TEST(FingerprintTest, TakesAComponentFromElsewhere) {
  const Model model("weights");
  model.write_weights("elsewhere/model.safetensors", "others");
  EXPECT_NE(model.fingerprint({{"vae", model.folder() / "elsewhere/model.safetensors"}}),
            model.fingerprint());
}

TEST(FingerprintTest, RefusesWhatIsNoModel) {
  const TempFolder folder;
  EXPECT_TRUE(fails_with(fingerprint_model(folder.path()).status(), Reason::kModelMissing,
                         {"not a model"}));
}

}  // namespace
}  // namespace easel

// Weights that are no numbers, files that vanish, memory that runs out: an error each, and the
// process lives.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>

#include "base/file.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

constexpr const char* kTransformerFile = "transformer/diffusion_pytorch_model.safetensors";
constexpr const char* kVaeFile = "vae/diffusion_pytorch_model.safetensors";

// Makes the first value of an fp32 tensor NaN.
void spoil(const std::filesystem::path& file, const std::string& key) {
  auto tensors = read_safetensors(file).value();
  for (NamedTensor& tensor : tensors) {
    if (tensor.name != key) continue;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    tensor.bytes.replace(0, sizeof nan, reinterpret_cast<const char*>(&nan), sizeof nan);
    ASSERT_TRUE(write_safetensors(file, tensors).ok());
    return;
  }
  FAIL() << key;
}

absl::Status status_of(Model& model, const GenerateRequest& request) {
  return model.generate(request, {}, CancelToken()).status();
}

TEST(JobFaultsTest, LatentsThatAreNotFiniteAreNoPicture) {
  const ModelCopy copy("dev_a");
  spoil(copy / kTransformerFile, "proj_out.bias");
  const auto model = open_tiny(copy.path());
  ASSERT_NE(model, nullptr);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(fails_with(status_of(*model, small_request()), Reason::kInferenceFailed,
                           {"latents are not finite"}));
  }
}

TEST(JobFaultsTest, APictureThatIsNotFiniteIsNone) {
  const ModelCopy copy("dev_a");
  spoil(copy / kVaeFile, "decoder.conv_out.bias");
  const auto model = open_tiny(copy.path());
  ASSERT_NE(model, nullptr);
  EXPECT_TRUE(fails_with(status_of(*model, small_request()), Reason::kInferenceFailed,
                         {"picture is not finite"}));
}

TEST(JobFaultsTest, AFailedJobLeavesTheModelToTheNext) {
  const ModelCopy copy("dev_a");
  spoil(copy / kVaeFile, "encoder.conv_out.bias");  // only an image to start from meets it
  const auto model = open_tiny(copy.path()), intact = open_tiny(tiny_model_path("dev_a"));
  ASSERT_TRUE(model && intact);
  GenerateRequest from_image = small_request();
  from_image.image = read_file(EASEL_TEST_DATA "/flux/inputs/init_64x64.png", 1 << 20).value();
  EXPECT_TRUE(fails_with(status_of(*model, from_image), Reason::kInferenceFailed, {"not finite"}));
  EXPECT_TRUE(pictures_of(*model, small_request()) == pictures_of(*intact, small_request()));
}

TEST(JobFaultsTest, SaysSoWhenAFileIsCutShortWhileTheModelIsOpen) {
  for (const char* file : {kTransformerFile, kVaeFile, "text_encoder/model.safetensors"}) {
    const ModelCopy copy("dev_a");
    const auto model = open_tiny(copy.path(), Retention::kReleaseEarly);
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(pictures_of(*model, small_request()).size(), 1u);
    std::filesystem::resize_file(copy / file, 5000);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(fails_with(status_of(*model, small_request()), Reason::kBadWeights, {file}));
    }
  }
}

TEST(JobFaultsTest, SaysSoWhenAFileIsCutShortWhileItIsComputedWith) {
  const std::pair<const char*, const char*> files[] = {{"encode", "text_encoder/model.safetensors"},
                                                       {"denoise", kTransformerFile},
                                                       {"decode", kVaeFile}};
  for (const auto& [stage, file] : files) {
    const ModelCopy copy("dev_a");
    const auto model = open_tiny(copy.path());
    ASSERT_NE(model, nullptr);
    const auto size = std::filesystem::file_size(copy / file);
    const EventSink cut = [&, name = std::string(stage),
                           path = copy / file](const GenerateEvent& event) {
      const auto* progress = std::get_if<StageProgress>(&event);
      // The last page is still there, so nothing but the file's size tells of it.
      if (progress != nullptr && progress->stage == name)
        std::filesystem::resize_file(path, size - 1);
    };
    EXPECT_TRUE(fails_with(model->generate(small_request(), cut, CancelToken()).status(),
                           Reason::kBadWeights, {file, "became shorter"}));
  }
}

// Lets this process have only so many bytes more than now, while it lives.
class MemoryLimit {
 public:
  explicit MemoryLimit(uint64_t more_bytes) {
    uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    ::getrlimit(RLIMIT_AS, &before_);
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) + more_bytes;
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

TEST(JobFaultsTest, RunningOutOfMemoryIsAnErrorThatTheModelSurvives) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer ends the process where memory runs out";
#endif
  const auto model = open_tiny(tiny_model_path("unit"));  // one latent a pixel
  ASSERT_NE(model, nullptr);
  const std::vector<std::string> expected = pictures_of(*model, small_request());
  GenerateRequest large = small_request();
  large.width = large.height = 8192;  // the noise alone takes 256 MiB
  {
    const MemoryLimit limit(uint64_t{128} << 20);
    EXPECT_TRUE(fails_with(status_of(*model, large), Reason::kOutOfMemory, {"out of memory"}));
  }
  EXPECT_TRUE(pictures_of(*model, small_request()) == expected);
}

}  // namespace
}  // namespace easel::testing

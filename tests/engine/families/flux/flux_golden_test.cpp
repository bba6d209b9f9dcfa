// Every recorded run of the reference, stage by stage, through the public API.
#include <gtest/gtest.h>

#include "tests/engine/families/flux/golden_case.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

class FluxGoldenTest : public ::testing::TestWithParam<GoldenCase> {};

// The reference keeps only the first rows of long text embeddings.
at::Tensor same_rows(const at::Tensor& got, const at::Tensor& expected) {
  const bool longer = got.dim() == 3 && expected.dim() == 3 && got.size(1) > expected.size(1);
  return longer ? got.narrow(1, 0, expected.size(1)) : got;
}

bool is_input(const std::string& name) {
  return name.starts_with("step0.") || name == "sigmas" || name == "timesteps" || name == "noise" ||
         name == "mask" || name == "image_latents";
}

TEST_P(FluxGoldenTest, EqualsTheReferenceAtEveryStage) {
  const auto model = open_golden_model(GetParam().arguments["model"], ComputeDtype::kFp32);
  ASSERT_NE(model, nullptr);
  const auto result = model->generate(GetParam().request(), {}, CancelToken());
  ASSERT_TRUE(result.ok()) << result.status().message();
  const TensorMap got = to_map(result->tensors);
  int compared = 0;
  for (const auto& [name, expected] : GetParam().tensors()) {
    if (is_input(name)) continue;
    ASSERT_TRUE(got.contains(name)) << name;
    const at::Tensor& tensor = got.at(name);
    if (name.find("token_ids.") != std::string::npos) {
      EXPECT_TRUE(at::equal(tensor, expected.to(tensor.scalar_type()))) << name;
    } else if (name == "image") {
      EXPECT_LE(max_abs(tensor - expected), kPictureFp32) << name;
    } else {
      EXPECT_TRUE(close(same_rows(tensor, expected), expected, kRelativeFp32)) << name;
    }
    ++compared;
  }
  EXPECT_GE(compared, 6);
  EXPECT_EQ(result->pngs.size(), static_cast<size_t>(GetParam().request().num_images));
}

INSTANTIATE_TEST_SUITE_P(Cases, FluxGoldenTest, ::testing::ValuesIn(golden_cases()),
                         [](const auto& one) { return one.param.name; });

class FluxHalfPrecisionTest : public ::testing::TestWithParam<GoldenCase> {};

std::vector<GoldenCase> half_cases() {
  std::vector<GoldenCase> cases;
  for (GoldenCase& one : golden_cases()) {
    if (one.arguments.contains("psnr")) cases.push_back(std::move(one));
  }
  return cases;
}

TEST_P(FluxHalfPrecisionTest, ComesAsCloseToFp32AsTheReferenceDoes) {
  GenerateRequest request = GetParam().request();
  const TensorMap reference = GetParam().tensors();
  request.latents = to_named_tensor("latents", reference.at("latents.0"));
  for (const auto& [label, dtype] :
       {std::pair{"bf16", ComputeDtype::kBf16}, std::pair{"fp16", ComputeDtype::kFp16}}) {
    const auto model = open_golden_model(GetParam().arguments["model"], dtype);
    ASSERT_NE(model, nullptr);
    const auto result = model->generate(request, {}, CancelToken());
    ASSERT_TRUE(result.ok()) << result.status().message();
    const double got = psnr(to_map(result->tensors).at("image"), reference.at("image"));
    const double expected = GetParam().arguments["psnr"][label];
    EXPECT_GE(got, expected - kHalfPsnrSlackDb) << label;
    RecordProperty(label, std::to_string(got));
    std::printf("%s %s: %.2f dB, the reference %.2f dB\n", GetParam().name.c_str(), label, got,
                expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, FluxHalfPrecisionTest, ::testing::ValuesIn(half_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(FluxNoiseTest, IsTheReferencesOwnInHalfPrecision) {
  for (const GoldenCase& one : golden_cases()) {
    if (one.name != "a_two_images" && one.name != "b_tall") continue;
    for (const auto& [label, dtype] :
         {std::pair{"bf16", ComputeDtype::kBf16}, std::pair{"fp16", ComputeDtype::kFp16}}) {
      const auto model = open_golden_model(one.arguments["model"], dtype);
      ASSERT_NE(model, nullptr);
      const auto result = model->generate(one.request(), {}, CancelToken());
      ASSERT_TRUE(result.ok()) << result.status().message();
      const TensorMap expected =
          load_data(std::string("flux/cases/noise_") + label + "_" + one.name + ".safetensors");
      EXPECT_TRUE(at::equal(to_map(result->tensors).at("latents.0"), expected.at("latents.0")))
          << one.name << label;
    }
  }
}

}  // namespace
}  // namespace easel::testing

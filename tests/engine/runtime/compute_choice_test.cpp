#include "engine/runtime/compute_choice.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/checkpoints.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

const at::Device kCpu(at::kCPU), kCuda(at::kCUDA);

// What `auto` computes in for a checkpoint of these tensors.
at::ScalarType automatic(const TensorMap& tensors, at::Device device) {
  const TempFolder folder;
  return choose_dtype(ComputeDtype::kAuto, *make_checkpoint(folder, tensors), device);
}

TEST(ChooseDtypeTest, TakesTheOneThatIsAskedFor) {
  const TempFolder folder;
  const auto checkpoint = make_checkpoint(folder, {{"a", at::zeros({4}, at::kBFloat16)}});
  EXPECT_EQ(choose_dtype(ComputeDtype::kFp32, *checkpoint, kCpu), at::kFloat);
  EXPECT_EQ(choose_dtype(ComputeDtype::kBf16, *checkpoint, kCpu), at::kBFloat16);
  EXPECT_EQ(choose_dtype(ComputeDtype::kFp16, *checkpoint, kCpu), at::kHalf);
}

TEST(ChooseDtypeTest, FollowsWhatMostOfTheWeightsAreStoredIn) {
  const at::Tensor large = at::zeros({64}), small = at::zeros({4});
  for (const at::Device device : {kCpu, kCuda}) {
    EXPECT_EQ(automatic({{"a", large}, {"b", small.to(at::kBFloat16)}}, device), at::kFloat);
    EXPECT_EQ(automatic({{"a", large.to(at::kBFloat16)}, {"b", small}}, device), at::kBFloat16);
  }
}

TEST(ChooseDtypeTest, ComputesFp16OnlyOnAGpu) {
  const TensorMap half = {{"a", at::zeros({64}, at::kHalf)}};
  EXPECT_EQ(automatic(half, kCuda), at::kHalf);
  const at::ScalarType on_cpu = automatic(half, kCpu);
  EXPECT_TRUE(on_cpu == at::kBFloat16 || on_cpu == at::kFloat) << dtype_label(on_cpu);
}

TEST(ChooseDtypeTest, LabelsAreTheNamesOfTheOptions) {
  EXPECT_EQ(dtype_label(at::kFloat), "fp32");
  EXPECT_EQ(dtype_label(at::kBFloat16), "bf16");
  EXPECT_EQ(dtype_label(at::kHalf), "fp16");
}

TEST(ParseComputeDtypeTest, KnowsFourNames) {
  EXPECT_EQ(parse_compute_dtype("auto").value(), ComputeDtype::kAuto);
  EXPECT_EQ(parse_compute_dtype("fp32").value(), ComputeDtype::kFp32);
  EXPECT_EQ(parse_compute_dtype("bf16").value(), ComputeDtype::kBf16);
  EXPECT_EQ(parse_compute_dtype("fp16").value(), ComputeDtype::kFp16);
  EXPECT_TRUE(
      fails_with(parse_compute_dtype("int8").status(), Reason::kInvalidField, {"'int8'", "bf16"}));
}

TEST(ChooseDeviceTest, RefusesNamesThatAreNone) {
  for (const std::string name :
       {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:128", "cuda:0x", "cpu:0"}) {
    EXPECT_TRUE(fails_with(choose_device(name).status(), Reason::kInvalidField,
                           {"'" + name + "'", "allowed"}))
        << name;
  }
}

TEST(ChooseDeviceTest, AutoIsAlwaysThere) {
  EXPECT_EQ(choose_device("cpu").value(), kCpu);
  EXPECT_TRUE(choose_device("auto").ok());
}

TEST(ChooseDeviceTest, AGpuThatIsNotThereIsAnErrorThatSaysWhatToDo) {
  for (const std::string name : {"cuda", "cuda:0"}) {
    const auto device = choose_device(name);
    if (device.ok()) GTEST_SKIP() << "this machine has a GPU";
    EXPECT_TRUE(
        fails_with(device.status(), Reason::kInvalidField, {name, "is not there", "--device cpu"}));
  }
}

}  // namespace
}  // namespace easel::testing

#include "engine/memory/weight_buffer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/engine/weights/safetensors_bytes.h"
#include "tests/support/checkpoints.h"

namespace easel::testing {
namespace {

const at::Device kCpu(at::kCPU);

at::Tensor counted(at::IntArrayRef shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).add(1.0).reshape(shape);
}

ParameterSource source_of(const Checkpoint& checkpoint, const std::string& name,
                          int64_t first_row = 0, bool swap_halves = false) {
  return {&checkpoint, checkpoint.find(name), first_row, swap_halves};
}

bool is_aligned(const Parameter& parameter) {
  return reinterpret_cast<uintptr_t>(parameter.tensor().const_data_ptr()) % kWeightAlignment == 0;
}

TEST(WeightBufferTest, StartsEveryParameterAtAMultipleOf64Bytes) {
  const TempFolder folder;
  const TensorMap tensors = {
      {"a", counted({3})}, {"b", counted({5, 7})}, {"c", counted({1})}, {"d", counted({2, 2})}};
  const auto checkpoint = make_checkpoint(folder, tensors);
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16, at::kHalf}) {
    Module root;
    Parameter a(root, "a", {3}), b(root, "b", {5, 7}), c(root, "c", {1}), d(root, "d", {2, 2});
    for (Parameter* one : {&a, &b, &c, &d}) one->set_source(source_of(*checkpoint, one->name()));
    const auto buffer = WeightBuffer::load({&a, &b, &c, &d}, dtype, kCpu);
    ASSERT_TRUE(buffer.ok()) << buffer.status();
    for (Parameter* one : {&a, &b, &c, &d}) {
      EXPECT_TRUE(is_aligned(*one)) << one->name();
      EXPECT_TRUE(at::equal(one->tensor(), tensors.at(one->name()).to(dtype))) << one->name();
    }
  }
}

TEST(WeightBufferTest, UsesTheFileItselfOnlyWhereItIsAlignedAndOfTheSameDtype) {
  const TempFolder folder;
  // In the file: a at 0, b at 64, c at 76 (not aligned); a half lies behind the wider elements, at
  // 128.
  const auto checkpoint = make_checkpoint(folder, {{"a", counted({16})},
                                                   {"b", counted({3})},
                                                   {"c", counted({13})},
                                                   {"half", counted({4}).to(at::kBFloat16)}});
  Module root;
  Parameter a(root, "a", {16}), b(root, "b", {3}), c(root, "c", {13}), half(root, "half", {4});
  for (Parameter* one : {&a, &b, &c, &half}) one->set_source(source_of(*checkpoint, one->name()));
  const auto buffer = WeightBuffer::load({&a, &b, &c, &half}, at::kFloat, kCpu);
  ASSERT_TRUE(buffer.ok()) << buffer.status();
  EXPECT_EQ(a.place(), Place::kFile);
  EXPECT_EQ(b.place(), Place::kFile);
  EXPECT_EQ(c.place(), Place::kHost);
  EXPECT_EQ(half.place(), Place::kHost);
  EXPECT_EQ(b.tensor().const_data_ptr(), checkpoint->find("b")->data().data());
  EXPECT_EQ((*buffer)->bytes(), 64 + 64);  // c and half, each rounded up
}

TEST(WeightBufferTest, UsesMatricesOf16BitElementsWhereverTheyLie) {
  const TempFolder folder;
  for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
    // In the file: a at 0, b at 6, c at 30.
    const auto checkpoint = make_checkpoint(folder, {{"a", counted({3}).to(dtype)},
                                                     {"b", counted({3, 4}).to(dtype)},
                                                     {"c", counted({3}).to(dtype)}});
    Module root;
    Parameter a(root, "a", {3}), b(root, "b", {3, 4}), c(root, "c", {3});
    for (Parameter* one : {&a, &b, &c}) one->set_source(source_of(*checkpoint, one->name()));
    const auto buffer = WeightBuffer::load({&a, &b, &c}, dtype, kCpu);
    ASSERT_TRUE(buffer.ok()) << buffer.status();
    EXPECT_EQ(b.place(), Place::kFile);
    EXPECT_FALSE(is_aligned(b));
    EXPECT_TRUE(at::equal(b.tensor(), counted({3, 4}).to(dtype)));
    EXPECT_EQ(c.place(), Place::kHost);
    EXPECT_EQ((*buffer)->mapped_bytes(), 64 + 64);  // a and b, each rounded up
  }
}

TEST(WeightBufferTest, CopiesFromAFileWhoseDataSectionIsNotAligned) {
  const TempFolder folder;
  std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  while ((8 + header.size()) % kWeightAlignment != 4) header += ' ';
  const auto checkpoint =
      Checkpoint::open(folder.write("model.safetensors", safetensors_bytes(header, 8)));
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  Module root;
  Parameter a(root, "a", {2});
  a.set_source(source_of(**checkpoint, "a"));
  const auto buffer = WeightBuffer::load({&a}, at::kFloat, kCpu);
  ASSERT_TRUE(buffer.ok()) << buffer.status();
  EXPECT_EQ(a.place(), Place::kHost);
  EXPECT_TRUE(is_aligned(a));
}

TEST(WeightBufferTest, TakesARangeOfRowsOfAFusedWeight) {
  const TempFolder folder;
  const at::Tensor fused = counted({6, 16}), bias = counted({6});
  const auto checkpoint = make_checkpoint(folder, {{"fused", fused}, {"bias", bias}});
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {  // in place, and copied
    Module root;
    Parameter k(root, "k", {2, 16}), v(root, "v", {3, 16}), k_bias(root, "k_bias", {2});
    k.set_source(source_of(*checkpoint, "fused", /*first_row=*/1));
    v.set_source(source_of(*checkpoint, "fused", /*first_row=*/3));
    k_bias.set_source(source_of(*checkpoint, "bias", /*first_row=*/1));
    const auto buffer = WeightBuffer::load({&k, &v, &k_bias}, dtype, kCpu);
    ASSERT_TRUE(buffer.ok()) << buffer.status();
    EXPECT_TRUE(at::equal(k.tensor(), fused.narrow(0, 1, 2).to(dtype)));
    EXPECT_TRUE(at::equal(v.tensor(), fused.narrow(0, 3, 3).to(dtype)));
    EXPECT_TRUE(at::equal(k_bias.tensor(), bias.narrow(0, 1, 2).to(dtype)));
  }
}

TEST(WeightBufferTest, SwapsTheHalvesOfAModulationStoredTheOtherWayRound) {
  const TempFolder folder;
  const at::Tensor weight = counted({4, 16}), bias = counted({4});
  const auto checkpoint = make_checkpoint(folder, {{"weight", weight}, {"bias", bias}});
  Module root;
  Parameter swapped(root, "weight", {4, 16}), swapped_bias(root, "bias", {4});
  swapped.set_source(source_of(*checkpoint, "weight", /*first_row=*/0, /*swap_halves=*/true));
  swapped_bias.set_source(source_of(*checkpoint, "bias", /*first_row=*/0, /*swap_halves=*/true));
  const auto buffer = WeightBuffer::load({&swapped, &swapped_bias}, at::kFloat, kCpu);
  ASSERT_TRUE(buffer.ok()) << buffer.status();
  EXPECT_TRUE(
      at::equal(swapped.tensor(), at::cat({weight.narrow(0, 2, 2), weight.narrow(0, 0, 2)})));
  EXPECT_TRUE(at::equal(swapped_bias.tensor(), at::tensor({3.0f, 4.0f, 1.0f, 2.0f})));
}

TEST(WeightBufferTest, KeepsWhatOverflowsInFp16InFp32) {
  const TempFolder folder;
  const auto checkpoint =
      make_checkpoint(folder, {{"wo", at::full({2}, 1e6)}, {"wi", counted({2})}});
  const std::pair<at::ScalarType, at::ScalarType> cases[] = {
      {at::kHalf, at::kFloat}, {at::kBFloat16, at::kBFloat16}, {at::kFloat, at::kFloat}};
  for (const auto& [component, expected] : cases) {
    Module root;
    Parameter wo(root, "wo", {2}, Precision::kFloat32InHalf), wi(root, "wi", {2});
    for (Parameter* one : {&wo, &wi}) one->set_source(source_of(*checkpoint, one->name()));
    const auto buffer = WeightBuffer::load({&wo, &wi}, component, kCpu);
    ASSERT_TRUE(buffer.ok()) << buffer.status();
    EXPECT_EQ(wo.tensor().scalar_type(), expected);
    EXPECT_EQ(wi.tensor().scalar_type(), component);
    EXPECT_TRUE(wo.tensor().isfinite().all().item<bool>());
  }
}

TEST(WeightBufferTest, UnbindsItsParametersWhenItGoes) {
  const TempFolder folder;
  const auto checkpoint =
      make_checkpoint(folder, {{"a", counted({16})}, {"b", counted({3}).to(at::kHalf)}});
  Module root;
  Parameter a(root, "a", {16}), b(root, "b", {3});
  for (Parameter* one : {&a, &b}) one->set_source(source_of(*checkpoint, one->name()));
  ASSERT_TRUE(WeightBuffer::load({&a, &b}, at::kFloat, kCpu).ok());
  EXPECT_EQ(a.place(), Place::kUnbound);
  EXPECT_EQ(b.place(), Place::kUnbound);
  EXPECT_THROW(b.tensor(), c10::Error);
}

}  // namespace
}  // namespace easel::testing

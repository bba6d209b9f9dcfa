// A block can be read in parts: what a small buffer passes on is what one read gives.
#include "engine/memory/packed_block.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "tests/support/checkpoints.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

class PackedBlockTest : public ::testing::Test {
 protected:
  // Stored as it is computed with and not, a part of a tensor's rows, and two halves that swap.
  PackedBlockTest()
      : checkpoint_(make_checkpoint(folder_, {{"a", at::randn({13, 7})},
                                              {"b", at::randn({50}).to(at::kBFloat16)},
                                              {"rows", at::randn({9, 20})},
                                              {"halves", at::randn({34, 5})}})) {
    a_.set_source({checkpoint_.get(), checkpoint_->find("a"), 0, false});
    b_.set_source({checkpoint_.get(), checkpoint_->find("b"), 0, false});
    rows_.set_source({checkpoint_.get(), checkpoint_->find("rows"), 3, false});
    halves_.set_source({checkpoint_.get(), checkpoint_->find("halves"), 0, true});
  }

  TempFolder folder_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  Module root_;
  Parameter a_{root_, "a", {13, 7}}, b_{root_, "b", {50}}, rows_{root_, "rows", {4, 20}},
      halves_{root_, "halves", {34, 5}};
};

TEST_F(PackedBlockTest, PartsOfAnySizeMakeTheWhole) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    // On a GPU: nothing is used in place.
    const PackedBlock block({&a_, &b_, &rows_, &halves_}, dtype, at::kCUDA);
    std::vector<std::byte> whole(block.bytes()), joined(block.bytes());
    ASSERT_TRUE(block.read_copied(whole.data()).ok());
    for (const size_t part : {size_t{64}, size_t{128}, size_t{320}, block.bytes()}) {
      std::fill(joined.begin(), joined.end(), std::byte{0});
      for (size_t first = 0; first < block.bytes(); first += part) {
        const size_t count = std::min(part, block.bytes() - first);
        ASSERT_TRUE(block.read_part(first, count, joined.data() + first).ok());
      }
      EXPECT_EQ(joined, whole) << part;
    }
  }
}

TEST_F(PackedBlockTest, HalvesAreSwappedWhereverAPartEnds) {
  const PackedBlock block({&halves_}, at::kFloat, at::kCPU);
  std::vector<std::byte> bytes(block.bytes());
  for (size_t first = 0; first < block.bytes(); first += 64) {
    ASSERT_TRUE(
        block.read_part(first, std::min<size_t>(64, block.bytes() - first), bytes.data() + first)
            .ok());
  }
  block.bind(bytes.data());
  const auto* stored = reinterpret_cast<const float*>(checkpoint_->find("halves")->data().data());
  const at::Tensor expected = at::from_blob(const_cast<float*>(stored), {34, 5}).roll(17, 0);
  EXPECT_TRUE(at::equal(halves_.tensor(), expected));
  block.unbind();
}

TEST_F(PackedBlockTest, WhatLiesRightInTheFileIsUsedThereAndItsPlaceStaysEmpty) {
  // The checkpoint has a at 0, aligned and in fp32.
  const PackedBlock block({&a_, &halves_}, at::kFloat, at::kCPU);
  const size_t a_bytes = align_weight(13 * 7 * sizeof(float));
  EXPECT_EQ(block.in_place_bytes(), a_bytes);
  EXPECT_EQ(block.bytes(), packed_bytes({&a_, &halves_}, at::kFloat));
  std::vector<std::byte> memory(block.bytes(), std::byte{0xAB});
  ASSERT_TRUE(block.read(memory.data()).ok());
  EXPECT_TRUE(std::all_of(memory.end() - static_cast<ptrdiff_t>(a_bytes), memory.end(),
                          [](std::byte byte) { return byte == std::byte{0xAB}; }));
  block.bind(memory.data());
  EXPECT_EQ(a_.place(), Place::kFile);
  EXPECT_EQ(a_.tensor().const_data_ptr(), checkpoint_->find("a")->data().data());
  EXPECT_EQ(halves_.place(), Place::kHost);
  EXPECT_EQ(halves_.tensor().const_data_ptr(), memory.data());
  block.unbind();
}

TEST_F(PackedBlockTest, BytesUsedInPlaceAreTheSameAfterTheyWereLetGo) {
  const PackedBlock block({&a_}, at::kFloat, at::kCPU);
  block.bind(nullptr);
  const at::Tensor before = a_.tensor().clone();
  block.let_go();
  EXPECT_TRUE(at::equal(a_.tensor(), before));
  block.unbind();
}

TEST_F(PackedBlockTest, AFileThatWasCutShortIsToldWhenItsPagesAreToCome) {
  const PackedBlock block({&a_}, at::kFloat, at::kCPU);
  std::vector<std::byte> memory(block.bytes());
  const std::filesystem::path path = checkpoint_->files()[0]->file().path();
  std::filesystem::resize_file(path, 0);
  EXPECT_TRUE(
      fails_with(block.read(memory.data()), Reason::kBadWeights, {path.string(), "shorter"}));
}

class Kept : public KeptBytes {
 public:
  explicit Kept(int& alive) : alive_(++alive) {}
  ~Kept() override { --alive_; }

 private:
  int& alive_;
};

TEST_F(PackedBlockTest, WhatIsKeptGoesWithTheLeaveToKeepIt) {
  int alive = 0;
  {
    PackedBlock block({&a_}, at::kFloat, at::kCPU);
    EXPECT_EQ(block.kept(), nullptr);
    block.set_keep(true);
    ASSERT_NE(block.kept(), nullptr);
    *block.kept() = std::make_unique<Kept>(alive);
    block.set_keep(true);
    EXPECT_EQ(alive, 1);
    block.set_keep(false);
    EXPECT_EQ(alive, 0);
    block.set_keep(true);
    *block.kept() = std::make_unique<Kept>(alive);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace easel::testing

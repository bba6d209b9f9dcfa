// A block can be read in parts: what a small buffer passes on is what one read gives.
#include "engine/memory/packed_block.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/support/checkpoints.h"

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
    const PackedBlock block({&a_, &b_, &rows_, &halves_}, dtype);
    std::vector<std::byte> whole(block.bytes()), joined(block.bytes());
    ASSERT_TRUE(block.read_at_once(whole.data()).ok());
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
  const PackedBlock block({&halves_}, at::kFloat);
  std::vector<std::byte> bytes(block.bytes());
  for (size_t first = 0; first < block.bytes(); first += 64) {
    ASSERT_TRUE(
        block.read_part(first, std::min<size_t>(64, block.bytes() - first), bytes.data() + first)
            .ok());
  }
  block.bind(bytes.data(), at::kCPU);
  const auto* stored = reinterpret_cast<const float*>(checkpoint_->find("halves")->data().data());
  const at::Tensor expected = at::from_blob(const_cast<float*>(stored), {34, 5}).roll(17, 0);
  EXPECT_TRUE(at::equal(halves_.tensor(), expected));
  block.unbind();
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
    PackedBlock block({&a_}, at::kFloat);
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

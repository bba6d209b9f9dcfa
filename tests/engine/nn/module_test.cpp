#include "engine/nn/module.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/nn/linear.h"
#include "tests/support/checkpoints.h"

namespace easel::testing {
namespace {

class InnerBlock : public Module {
 public:
  InnerBlock(Module& parent, std::string name)
      : Module(parent, std::move(name)), scale_(*this, "scale", {3}) {
    mark_as_block();
  }

 private:
  Parameter scale_;
};

class ToyBlock : public Module {
 public:
  ToyBlock(Module& parent, std::string name)
      : Module(parent, std::move(name)),
        to_q_(*this, "attn.to_q", 3, 3),
        inner_(*this, "inner"),
        gate_(*this, "gate", {1}) {
    mark_as_block();
  }

 private:
  Linear to_q_;
  InnerBlock inner_;
  Parameter gate_;
};

class Toy : public Module {
 public:
  Toy()
      : first_(*this, "first", 2, 3),
        blocks_(*this, "blocks"),
        out_(*this, "out.0", 3, 2, Bias::kNo) {
    blocks_.emplace_back();
    blocks_.emplace_back();
  }

 private:
  Linear first_;
  ModuleList<ToyBlock> blocks_;
  Linear out_;
};

TEST(ModuleTest, KeysAreThePathsOfTheCheckpointInOrderOfDeclaration) {
  Toy toy;
  EXPECT_EQ(keys_of(toy),
            (std::vector<std::string>{
                "first.weight", "first.bias",  //
                "blocks.0.gate", "blocks.0.attn.to_q.weight", "blocks.0.attn.to_q.bias",
                "blocks.0.inner.scale",  //
                "blocks.1.gate", "blocks.1.attn.to_q.weight", "blocks.1.attn.to_q.bias",
                "blocks.1.inner.scale",  //
                "out.0.weight"}));
}

TEST(ModuleTest, BlocksHoldEveryParameterOnce) {
  Toy toy;
  std::vector<std::string> names;
  std::vector<Parameter*> in_blocks, in_tree;
  for (const Module::Block& block : toy.blocks()) {
    names.push_back(block.key);
    in_blocks.insert(in_blocks.end(), block.parameters.begin(), block.parameters.end());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"", "blocks.0", "blocks.0.inner", "blocks.1",
                                             "blocks.1.inner"}));
  toy.visit_parameters(
      [&](const std::string&, Parameter& parameter) { in_tree.push_back(&parameter); });
  std::sort(in_blocks.begin(), in_blocks.end());
  std::sort(in_tree.begin(), in_tree.end());
  EXPECT_EQ(in_blocks, in_tree);
}

TEST(ModuleTest, AnInnerBlockTakesItsParametersFromTheOuterOne) {
  Toy toy;
  const auto blocks = toy.blocks();
  EXPECT_EQ(blocks[0].parameters.size(), 3u);  // first, out
  EXPECT_EQ(blocks[1].parameters.size(), 3u);
  ASSERT_EQ(blocks[2].parameters.size(), 1u);
  EXPECT_EQ(blocks[2].parameters[0]->name(), "scale");
}

TEST(ParameterTest, ThrowsWhenItIsUsedBeforeItIsBound) {
  Module root;
  Parameter parameter(root, "weight", {2, 3});
  EXPECT_EQ(parameter.place(), Place::kUnbound);
  try {
    parameter.tensor();
    FAIL() << "no error";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("'weight'"), std::string::npos) << error.what();
  }
  parameter.bind(at::ones({2, 3}), Place::kHost);
  EXPECT_EQ(parameter.tensor().numel(), parameter.numel());
  parameter.unbind();
  EXPECT_THROW(parameter.tensor(), c10::Error);
}

TEST(ParameterTest, RefusesATensorOfAnotherShape) {
  Module root;
  Parameter parameter(root, "weight", {2, 3});
  EXPECT_THROW(parameter.bind(at::ones({3, 2}), Place::kHost), c10::Error);
  EXPECT_EQ(parameter.place(), Place::kUnbound);
}

}  // namespace
}  // namespace easel::testing

#include "engine/memory/component.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/nn/linear.h"
#include "tests/support/checkpoints.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

const at::Device kCpu(at::kCPU);
constexpr int64_t kDim = 64;

class Layer : public Module {
 public:
  Layer(Module& parent, std::string name)
      : Module(parent, std::move(name)), proj_(*this, "proj", kDim, kDim) {
    mark_as_block();
  }
  Linear proj_;
};

class Network : public Module {
 public:
  Network() : in_(*this, "in", kDim, kDim), layer_(*this, "layer") {}
  Linear in_;
  Layer layer_;
};

TensorMap weights() {
  TensorMap tensors;
  for (const std::string name : {"in", "layer.proj"}) {
    tensors[name + ".weight"] = at::eye(kDim);
    tensors[name + ".bias"] = at::ones({kDim});
  }
  return tensors;
}

struct Loaded {
  std::unique_ptr<Component> component;
  const Network* network = nullptr;
};

Loaded make_component(const TempFolder& folder) {
  auto network = std::make_unique<Network>();
  const Network* address = network.get();
  auto component =
      Component::create("toy", std::move(network), make_checkpoint(folder, weights()), KeyRules{});
  EXPECT_TRUE(component.ok()) << component.status();
  return {*std::move(component), address};
}

TEST(ComponentTest, ComputesOnlyWhileItIsLoaded) {
  const TempFolder folder;
  const Loaded toy = make_component(folder);
  const at::Tensor x = at::ones({1, kDim});
  EXPECT_FALSE(toy.component->loaded());
  EXPECT_THROW(toy.network->in_.forward(x), c10::Error);
  ASSERT_TRUE(toy.component->load(at::kFloat, kCpu).ok());
  EXPECT_TRUE(toy.component->loaded());
  EXPECT_TRUE(at::equal(toy.network->layer_.proj_.forward(x), x + 1.0));
  toy.component->unload();
  EXPECT_FALSE(toy.component->loaded());
  EXPECT_THROW(toy.network->in_.forward(x), c10::Error);
  ASSERT_TRUE(toy.component->load(at::kFloat, kCpu).ok());
  EXPECT_TRUE(at::equal(toy.network->in_.forward(x), x + 1.0));
}

TEST(ComponentTest, CountsItsOwnMemoryButNotTheFiles) {
  const TempFolder folder;
  const Loaded toy = make_component(folder);
  EXPECT_EQ(toy.component->loaded_bytes(), 0);
  ASSERT_TRUE(toy.component->load(at::kFloat, kCpu).ok());
  EXPECT_EQ(toy.component->loaded_bytes(), 0);  // every tensor is aligned and fp32 in the file
  toy.component->unload();
  ASSERT_TRUE(toy.component->load(at::kBFloat16, kCpu).ok());
  EXPECT_EQ(toy.component->loaded_bytes(), 2 * 2 * (kDim * kDim + kDim));
  ASSERT_TRUE(toy.component->load(at::kBFloat16, kCpu).ok());  // nothing to do
  EXPECT_EQ(toy.component->loaded_bytes(), 2 * 2 * (kDim * kDim + kDim));
  toy.component->unload();
  EXPECT_EQ(toy.component->loaded_bytes(), 0);
}

TEST(ComponentTest, RefusesACheckpointThatDoesNotFit) {
  const TempFolder folder;
  TensorMap tensors = weights();
  tensors.erase("in.bias");
  const auto component = Component::create("toy", std::make_unique<Network>(),
                                           make_checkpoint(folder, tensors), KeyRules{});
  EXPECT_TRUE(fails_with(component.status(), Reason::kBadWeights, {"toy: ", "1 missing: in.bias"}));
}

TEST(ComponentTest, SaysSoWhenAFileWasCutShortAfterItWasOpened) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {  // used in place, and copied
    const TempFolder folder;
    const Loaded toy = make_component(folder);
    std::filesystem::resize_file(folder / "model.safetensors", 1000);
    EXPECT_TRUE(
        fails_with(toy.component->load(dtype, kCpu), Reason::kBadWeights, {"model.safetensors"}));
    EXPECT_FALSE(toy.component->loaded());
    EXPECT_THROW(toy.network->in_.forward(at::ones({1, kDim})), c10::Error);
  }
}

}  // namespace
}  // namespace easel::testing

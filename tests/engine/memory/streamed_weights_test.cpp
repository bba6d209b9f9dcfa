// A component whose blocks come while it is computed with gives what the loaded one gives.
#include "engine/memory/streamed_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/memory/component.h"
#include "engine/memory/host_device.h"
#include "engine/nn/linear.h"
#include "tests/support/checkpoints.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

const at::Device kCpu(at::kCPU);
constexpr int64_t kDim = 48;
constexpr size_t kLayers = 5;

class Layer : public Module {
 public:
  Layer(Module& parent, std::string name)
      : Module(parent, std::move(name)), proj_(*this, "proj", kDim, kDim) {
    mark_as_block();
  }
  at::Tensor forward(const at::Tensor& x) const { return proj_.forward(x).tanh(); }

 private:
  Linear proj_;
};

class Network : public Module {
 public:
  Network() : in_(*this, "in", kDim, kDim), layers_(*this, "layers") {
    for (size_t i = 0; i < kLayers; ++i) layers_.emplace_back();
  }
  at::Tensor forward(const at::Tensor& x) const {
    at::Tensor y = in_.forward(x);
    for (const auto& layer : layers_) y = layer->forward(y);
    return y;
  }

 private:
  Linear in_;
  ModuleList<Layer> layers_;
};

TensorMap random_weights() {
  at::manual_seed(1);
  TensorMap tensors;
  std::vector<std::string> names = {"in"};
  for (size_t i = 0; i < kLayers; ++i) names.push_back("layers." + std::to_string(i) + ".proj");
  for (const std::string& name : names) {
    tensors[name + ".weight"] = at::randn({kDim, kDim});
    tensors[name + ".bias"] = at::randn({kDim});
  }
  return tensors;
}

class StreamedWeightsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto network = std::make_unique<Network>();
    network_ = network.get();
    auto component = Component::create("toy", std::move(network),
                                       make_checkpoint(folder_, random_weights()), KeyRules{});
    ASSERT_TRUE(component.ok()) << component.status();
    component_ = *std::move(component);
    device_ = HostDevice::create().value();
  }

  absl::Status stream(const std::vector<bool>& resident, at::ScalarType dtype = at::kFloat) {
    return component_->stream(dtype, kCpu, {resident, /*num_slots=*/2}, *device_);
  }
  at::Tensor pass(const at::Tensor& x, bool another_follows = false) {
    component_->begin_pass(another_follows);
    return network_->forward(x);
  }

  TempFolder folder_;
  std::unique_ptr<HostDevice> device_;  // outlives the component
  std::unique_ptr<Component> component_;
  const Network* network_ = nullptr;
};

TEST_F(StreamedWeightsTest, GivesTheSameBytesWhereverTheBlocksLie) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    const at::Tensor x = at::randn({3, kDim}).to(dtype);
    component_->unload();
    ASSERT_TRUE(component_->load(dtype, kCpu).ok());
    const at::Tensor expected = network_->forward(x);
    for (unsigned flags = 0; flags < 1U << kLayers; ++flags) {
      std::vector<bool> resident;
      for (size_t i = 0; i < kLayers; ++i) resident.push_back((flags >> i & 1U) != 0);
      ASSERT_TRUE(stream(resident, dtype).ok());
      EXPECT_TRUE(component_->lies_as({resident, 2}));
      for (const bool another_follows : {true, true, false}) {
        EXPECT_TRUE(at::equal(pass(x, another_follows), expected)) << flags;
      }
    }
  }
}

TEST_F(StreamedWeightsTest, HoldsTheSharedPartTheResidentBlocksAndTwoSlots) {
  const int64_t block = static_cast<int64_t>(align_weight(2 * kDim * kDim)) + 2 * kDim + 32;
  ASSERT_TRUE(stream({false, true, false, false, false}, at::kBFloat16).ok());
  EXPECT_EQ(component_->loaded_bytes(), 3 * block) << "shared, slots: the resident one comes later";
  pass(at::randn({1, kDim}).to(at::kBFloat16));
  EXPECT_EQ(component_->loaded_bytes(), 4 * block);
  const ComponentFootprint footprint = component_->footprint(at::kBFloat16);
  EXPECT_EQ(footprint.shared_bytes, block);
  EXPECT_EQ(footprint.block_bytes, std::vector<int64_t>(kLayers, block));
  component_->unload();
  EXPECT_EQ(component_->loaded_bytes(), 0);
}

TEST_F(StreamedWeightsTest, APassThatWasGivenUpLeavesTheNextRight) {
  const at::Tensor x = at::randn({2, kDim});
  ASSERT_TRUE(stream(std::vector<bool>(kLayers, false)).ok());
  const at::Tensor expected = pass(x);
  component_->begin_pass(/*another_follows=*/true);  // and nothing is computed
  EXPECT_TRUE(at::equal(pass(x), expected));
}

TEST_F(StreamedWeightsTest, IsUnboundWhenItIsUnloaded) {
  ASSERT_TRUE(stream(std::vector<bool>(kLayers, true)).ok());
  pass(at::randn({1, kDim}));
  component_->unload();
  EXPECT_FALSE(component_->loaded());
  EXPECT_THROW(network_->forward(at::randn({1, kDim})), c10::Error);
  ASSERT_TRUE(component_->load(at::kFloat, kCpu).ok());
  EXPECT_NO_THROW(network_->forward(at::randn({1, kDim})));
}

TEST_F(StreamedWeightsTest, SaysSoWhenAFileIsCutShortWhileItStreams) {
  ASSERT_TRUE(stream(std::vector<bool>(kLayers, false)).ok());
  pass(at::randn({1, kDim}));
  std::filesystem::resize_file(folder_ / "model.safetensors", 30000);
  try {
    pass(at::randn({1, kDim}));
    FAIL() << "no error";
  } catch (const WeightsError& error) {
    EXPECT_TRUE(fails_with(error.status(), Reason::kBadWeights, {"model.safetensors"}));
  }
}

}  // namespace
}  // namespace easel::testing

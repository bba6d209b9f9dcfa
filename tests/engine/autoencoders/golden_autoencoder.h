// The autoencoders of the tiny models and of the demo model, loaded in fp32.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/autoencoders/autoencoder_kl.h"
#include "engine/memory/component.h"
#include "engine/weights/json_file.h"

namespace easel::testing {

inline constexpr const char* kGoldenModels[] = {"dev_a", "dev_b", "schnell", "unit"};

struct GoldenAutoencoder {
  std::unique_ptr<Component> component;  // owns the network
  const AutoencoderKl* vae = nullptr;
};

inline GoldenAutoencoder load_autoencoder(const std::string& folder,
                                          at::ScalarType dtype = at::kFloat) {
  const auto config = AutoencoderKlConfig::from_json(
      read_json_file(folder + "/config.json").value(), "config.json");
  auto network = std::make_unique<AutoencoderKl>(config.value());
  const AutoencoderKl* vae = network.get();
  auto component = Component::create("vae", std::move(network), Checkpoint::open(folder).value(),
                                     AutoencoderKl::key_rules());
  EXPECT_TRUE(component.ok()) << component.status();
  EXPECT_TRUE((*component)->load(dtype, at::kCPU).ok());
  return {*std::move(component), vae};
}

inline GoldenAutoencoder load_golden_autoencoder(const std::string& model,
                                                 at::ScalarType dtype = at::kFloat) {
  return load_autoencoder(std::string(EASEL_TEST_DATA) + "/flux/models/" + model + "/vae", dtype);
}

// Trained, unlike the tiny ones.
inline GoldenAutoencoder load_demo_autoencoder(at::ScalarType dtype = at::kFloat) {
  return load_autoencoder(EASEL_SOURCE_DIR "/demo/model/vae", dtype);
}

}  // namespace easel::testing

// Checkpoints and module trees made for one test.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/nn/module.h"
#include "engine/weights/checkpoint.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tensors.h"

namespace easel::testing {

// Writes the tensors in the order of their names, the first at a multiple of 64 bytes, and opens
// the file.
inline std::shared_ptr<const Checkpoint> make_checkpoint(const TempFolder& folder,
                                                         const TensorMap& tensors) {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : tensors) named.push_back(to_named_tensor(name, tensor));
  const auto path = folder / "model.safetensors";
  const absl::Status written = write_safetensors(path, named);
  EXPECT_TRUE(written.ok()) << written;
  auto checkpoint = Checkpoint::open(path);
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  return checkpoint.ok() ? *checkpoint : nullptr;
}

// Gives every parameter below `root` its tensor, which the parameter then owns.
inline void bind_all(Module& root, const TensorMap& tensors) {
  root.visit_parameters([&](const std::string& key, Parameter& parameter) {
    ASSERT_TRUE(tensors.contains(key)) << key;
    parameter.bind(tensors.at(key), Place::kHost);
  });
}

inline std::vector<std::string> keys_of(Module& root) {
  std::vector<std::string> keys;
  root.visit_parameters([&](const std::string& key, Parameter&) { keys.push_back(key); });
  return keys;
}

}  // namespace easel::testing

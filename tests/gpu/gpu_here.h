// Whether there is a GPU, and where the tiny models are: this binary also runs far from its
// checkout.
#pragma once

#include <c10/core/Device.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "engine/api/model.h"
#include "engine/runtime/compute_choice.h"

namespace easel::testing {

inline constexpr char kGpu[] = "cuda:0";

inline std::filesystem::path tiny_model_on_gpu() {
  const char* folder = std::getenv("EASEL_TEST_DATA");
  return std::filesystem::path(folder != nullptr ? folder : EASEL_TEST_DATA) / "flux" / "models" /
         "dev_a";
}

inline GenerateRequest tiny_request() {
  GenerateRequest request;
  request.prompt = "a red circle";
  request.width = 48;
  request.height = 32;
  request.steps = 3;
  request.seed = 5;
  request.max_sequence_length = 16;
  return request;
}

}  // namespace easel::testing

// ctest reads the words.
#define EASEL_NEEDS_GPU()                                                     \
  do {                                                                        \
    const auto found = ::easel::choose_device(::easel::testing::kGpu);        \
    if (!found.ok()) GTEST_SKIP() << "no GPU to test on: " << found.status(); \
  } while (false)

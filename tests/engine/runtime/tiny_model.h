// The tiny models, and copies of them that a test may spoil.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/api/model.h"
#include "tests/support/temp_folder.h"

namespace easel::testing {

inline std::filesystem::path tiny_model_path(const std::string& model) {
  return std::filesystem::path(EASEL_TEST_DATA) / "flux" / "models" / model;
}

inline absl::StatusOr<std::unique_ptr<Model>> try_open(const std::filesystem::path& path,
                                                       Retention retention = Retention::kKeep) {
  ModelOptions options;
  options.path = path;
  options.dtype = ComputeDtype::kFp32;
  options.retention = retention;
  return open_model(options);
}

inline std::unique_ptr<Model> open_tiny(const std::filesystem::path& path,
                                        Retention retention = Retention::kKeep) {
  auto model = try_open(path, retention);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *std::move(model) : nullptr;
}

// A copy of a tiny model in a folder of its own.
class ModelCopy {
 public:
  explicit ModelCopy(const std::string& model) : model_(model) {
    std::filesystem::copy(tiny_model_path(model), path(), std::filesystem::copy_options::recursive);
  }
  std::filesystem::path path() const { return folder_ / model_; }  // of the same name
  std::filesystem::path operator/(const std::string& name) const { return path() / name; }

  // Puts another model's component in the place of this one's.
  void replace(const std::string& component, const std::string& model) const {
    std::filesystem::remove_all(path() / component);
    std::filesystem::copy(tiny_model_path(model) / component, path() / component,
                          std::filesystem::copy_options::recursive);
  }

 private:
  TempFolder folder_;
  std::string model_;
};

// Quick, and without warnings on every model but schnell.
inline GenerateRequest small_request() {
  GenerateRequest request;
  request.prompt = "a red circle";
  request.width = 48;
  request.height = 32;
  request.steps = 3;
  request.seed = 5;
  request.max_sequence_length = 16;
  return request;
}

inline std::vector<std::string> pictures_of(Model& model, const GenerateRequest& request,
                                            const EventSink& sink = {}) {
  const auto result = model.generate(request, sink, CancelToken());
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->pngs : std::vector<std::string>{};
}

}  // namespace easel::testing

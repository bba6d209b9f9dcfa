#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/api/model_report.h"
#include "engine/families/registry.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/safetensors_file.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

// Parts of a model without weights, by what their class names hold.
bool has_weights(std::string_view class_name) {
  constexpr std::string_view kWithout[] = {"Tokenizer", "Scheduler", "Processor",
                                           "FeatureExtractor"};
  return std::none_of(std::begin(kWithout), std::end(kWithout), [&](std::string_view part) {
    return class_name.find(part) != std::string_view::npos;
  });
}

int64_t num_elements(const TensorInfo& tensor) {
  return static_cast<int64_t>(tensor.bytes / dtype_bytes(tensor.dtype));
}

// dtype → parameters.
std::map<std::string, int64_t> count_dtypes(const SafetensorsFile& file) {
  std::map<std::string, int64_t> counts;
  for (const TensorInfo& tensor : file.tensors()) {
    counts[std::string(dtype_name(tensor.dtype))] += num_elements(tensor);
  }
  return counts;
}

std::string most_common_dtype(const Checkpoint& checkpoint) {
  std::map<std::string, int64_t> counts;
  for (const auto& file : checkpoint.files()) {
    for (const auto& [dtype, parameters] : count_dtypes(*file)) counts[dtype] += parameters;
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? "" : most->first;
}

absl::Status read_component(const ModelFolder& folder, ComponentReport& report) {
  if (!has_weights(report.class_name)) return folder.folder(report.name).status();
  EASEL_ASSIGN_OR_RETURN(const auto checkpoint, folder.checkpoint(report.name));
  report.dtype = most_common_dtype(*checkpoint);
  report.num_parameters = checkpoint->num_parameters();
  report.bytes = checkpoint->total_bytes();
  return folder.config(report.name).status();
}

// Fills what it can tell, also when it fails.
absl::Status identify(const ModelFolder& folder, ModelIdentity& identity) {
  EASEL_ASSIGN_OR_RETURN(const Family* family, find_family(folder));
  identity.family = family->name;
  identity.capabilities = family->capabilities;
  identity.max_start_images = family->max_start_images;
  identity.width = folder.recommended().width;
  identity.height = folder.recommended().height;
  identity.steps = folder.recommended().steps;
  identity.guidance = folder.recommended().guidance;
  EASEL_ASSIGN_OR_RETURN(identity.variant, family->detect_variant(folder));
  return absl::OkStatus();
}

// Opening matches every key and reads the tokenizers, but loads no weights.
absl::Status try_open(const ModelFolder& folder) {
  EASEL_ASSIGN_OR_RETURN(const Family* family, find_family(folder));
  return family->open(folder, ComputeOptions{}).status();
}

std::string message_of(const absl::Status& status) { return std::string(to_std(status.message())); }

}  // namespace

absl::StatusOr<ModelReport> inspect_model(const fs::path& path) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path));
  ModelReport report;
  bool readable = true;
  for (const auto& [name, class_name] : folder.components()) {
    ComponentReport component;
    component.name = name;
    component.class_name = class_name;
    const absl::Status status = read_component(folder, component);
    component.problem = message_of(status);
    readable = readable && status.ok();
    report.components.push_back(std::move(component));
  }
  ModelIdentity identity;
  const absl::Status identified = identify(folder, identity);
  report.family = identity.family;
  report.variant = identity.variant;
  report.capabilities = identity.capabilities;
  // A component that cannot be read has its own line; opening would only say the same again.
  if (report.family.empty() || readable) {
    report.problem = message_of(identified.ok() ? try_open(folder) : identified);
  }
  return report;
}

absl::StatusOr<ModelIdentity> identify_model(const fs::path& path) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path));
  ModelIdentity identity;
  EASEL_RETURN_IF_ERROR(identify(folder, identity));
  return identity;
}

absl::Status check_model_files(const fs::path& path,
                               const std::map<std::string, fs::path>& components) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path, components));
  for (const auto& [name, class_name] : folder.components()) {
    ComponentReport component;
    component.name = name;
    component.class_name = class_name;
    EASEL_RETURN_IF_ERROR(read_component(folder, component));
  }
  return absl::OkStatus();
}

absl::StatusOr<WeightsReport> inspect_weights(const fs::path& path) {
  EASEL_ASSIGN_OR_RETURN(const auto file, SafetensorsFile::open(path));
  WeightsReport report;
  report.dtypes = count_dtypes(*file);
  report.metadata = file->metadata();
  for (const TensorInfo& tensor : file->tensors()) {
    ++report.num_tensors;
    report.num_parameters += num_elements(tensor);
    report.bytes += static_cast<int64_t>(tensor.bytes);
    ++report.prefixes[tensor.name.substr(0, tensor.name.find('.'))];
  }
  return report;
}

}  // namespace easel

#include "tests/engine/families/flux/golden_case.h"

#include "base/file.h"
#include "engine/weights/json_file.h"

namespace easel::testing {
namespace {

const std::string kFolder = std::string(EASEL_TEST_DATA) + "/flux/";

std::optional<std::string> input_file(const nlohmann::json& arguments, const char* key) {
  if (!arguments.contains(key)) return std::nullopt;
  return read_file(kFolder + "inputs/" + arguments[key].get<std::string>(), 1 << 20).value();
}

}  // namespace

GenerateRequest GoldenCase::request() const {
  GenerateRequest request;
  request.prompt = arguments["prompt"];
  if (arguments.contains("negative_prompt")) request.negative_prompt = arguments["negative_prompt"];
  request.width = arguments["width"];
  request.height = arguments["height"];
  request.steps = arguments["steps"];
  request.guidance = arguments["guidance"];
  request.true_cfg = arguments["true_cfg"];
  request.seed = arguments["seed"];
  request.num_images = arguments["num_images"];
  request.max_sequence_length = arguments["max_sequence_length"];
  request.image = input_file(arguments, "image");
  request.mask = input_file(arguments, "mask");
  if (request.image) request.strength = arguments["strength"];
  request.record_tensors = true;
  return request;
}

std::vector<GoldenCase> golden_cases() {
  std::vector<GoldenCase> cases;
  const nlohmann::json index = read_json_file(kFolder + "cases.json").value();
  for (const auto& [name, arguments] : index["cases"].items()) cases.push_back({name, arguments});
  return cases;
}

std::unique_ptr<Model> open_golden_model(const std::string& model, ComputeDtype dtype) {
  ModelOptions options;
  options.path = kFolder + "models/" + model;
  options.dtype = dtype;
  auto opened = open_model(options);
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  return opened.ok() ? *std::move(opened) : nullptr;
}

}  // namespace easel::testing

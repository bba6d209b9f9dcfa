// What a request asks for in vain is told, in the result and as events.
#include <gtest/gtest.h>

#include "tests/engine/runtime/tiny_model.h"

namespace easel::testing {
namespace {

// The warnings of a request, which must be the same in the result and in the events.
std::vector<std::string> warnings_of(const std::string& model_name,
                                     const GenerateRequest& request) {
  const auto model = open_tiny(tiny_model_path(model_name));
  std::vector<std::string> heard;
  const EventSink sink = [&](const GenerateEvent& event) {
    if (const auto* warning = std::get_if<Warning>(&event)) heard.push_back(warning->text);
  };
  const auto result = model->generate(request, sink, CancelToken());
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return {"no result"};
  EXPECT_EQ(result->warnings, heard);
  return heard;
}

// Exactly one warning, with these words.
void expect_warning(const std::string& model, const GenerateRequest& request,
                    const std::vector<std::string>& words) {
  const std::vector<std::string> warnings = warnings_of(model, request);
  ASSERT_EQ(warnings.size(), 1u) << words[0];
  for (const std::string& word : words)
    EXPECT_NE(warnings[0].find(word), std::string::npos) << warnings[0];
}

TEST(RequestWarningsTest, NoneForAPlainRequest) {
  EXPECT_TRUE(warnings_of("dev_a", small_request()).empty());
  EXPECT_TRUE(warnings_of("schnell", small_request()).empty());
}

TEST(RequestWarningsTest, ASizeThatWasCut) {
  GenerateRequest request = small_request();
  request.width = 63;
  expect_warning("dev_a", request, {"63 x 32", "48 x 32", "multiples of 16"});
}

TEST(RequestWarningsTest, GuidanceThatTheModelDoesNotTake) {
  GenerateRequest request = small_request();
  request.guidance = 3.0;
  expect_warning("schnell", request, {"guidance is ignored"});
}

TEST(RequestWarningsTest, TrueCfgWithoutANegativePrompt) {
  GenerateRequest request = small_request();
  request.true_cfg = 2.0;
  expect_warning("dev_a", request, {"true_cfg is ignored", "negative prompt"});
}

TEST(RequestWarningsTest, ANegativePromptWithoutTrueCfg) {
  GenerateRequest request = small_request();
  request.negative_prompt = "";
  expect_warning("dev_a", request, {"negative prompt is ignored", "true_cfg"});
}

TEST(RequestWarningsTest, APromptThatIsCutOff) {
  GenerateRequest request = small_request();
  request.max_sequence_length = 2;
  expect_warning("dev_a", request, {"T5", "the first 2 are used"});
}

}  // namespace
}  // namespace easel::testing

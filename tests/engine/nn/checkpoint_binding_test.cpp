#include "engine/nn/checkpoint_binding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/nn/linear.h"
#include "tests/support/checkpoints.h"
#include "tests/support/status_matchers.h"

namespace easel::testing {
namespace {

const KeyRules kNoRules;

class Pair : public Module {
 public:
  Pair() : a_(*this, "a", 2, 3), b_(*this, "b", 3, 1) {}

  Linear a_, b_;
};

const TensorMap kFitting = {{"a.weight", at::zeros({3, 2})},
                            {"a.bias", at::zeros({3})},
                            {"b.weight", at::zeros({1, 3})},
                            {"b.bias", at::zeros({1})}};

// Name of the checkpoint's entry that a parameter was given.
std::string source_name(Module& root, const std::string& wanted) {
  std::string name;
  root.visit_parameters([&](const std::string& key, Parameter& parameter) {
    if (key == wanted && parameter.source().found()) name = parameter.source().entry->info->name;
  });
  return name;
}

absl::Status match(Module& root, const TensorMap& tensors, const KeyRules& rules,
                   const TempFolder& folder) {
  // Sources point into the checkpoint; the tests only ask for names while it lives.
  static std::shared_ptr<const Checkpoint> checkpoint;
  checkpoint = make_checkpoint(folder, tensors);
  return match_checkpoint(root, *checkpoint, rules, "toy");
}

TensorMap prefixed(const std::string& prefix) {
  TensorMap tensors;
  for (const auto& [name, tensor] : kFitting) tensors[prefix + name] = tensor;
  return tensors;
}

TEST(MatchCheckpointTest, GivesEveryParameterItsSource) {
  const TempFolder folder;
  Pair pair;
  ASSERT_TRUE(match(pair, kFitting, kNoRules, folder).ok());
  for (const std::string& key : keys_of(pair)) EXPECT_EQ(source_name(pair, key), key);
}

TEST(MatchCheckpointTest, ListsMissingUnusedAndMisshapenKeys) {
  const TempFolder folder;
  Pair pair;
  TensorMap tensors = kFitting;
  tensors.erase("a.bias");
  tensors["b.weight"] = at::zeros({3, 1});
  tensors["lora.up"] = at::zeros({2});
  const absl::Status status = match(pair, tensors, kNoRules, folder);
  EXPECT_EQ(reason_of(status), Reason::kBadWeights);
  EXPECT_EQ(
      to_std(status.message()),
      "toy: the checkpoint does not fit the model that its config describes; 1 missing: a.bias; "
      "1 unused: lora.up; 1 misshapen: b.weight (expected [1, 3], got [3, 1])");
}

TEST(MatchCheckpointTest, ShowsTheFirstEightOfManyKeysAndTheirNumber) {
  const TempFolder folder;
  Pair pair;
  TensorMap tensors = kFitting;
  for (char letter = 'a'; letter < 'l'; ++letter)
    tensors[std::string("extra.") + letter] = at::zeros({1});
  const absl::Status status = match(pair, tensors, kNoRules, folder);
  EXPECT_TRUE(
      fails_with(status, Reason::kBadWeights, {"; 11 unused: extra.a, ", "extra.h, … 3 more"}));
  EXPECT_EQ(to_std(status.message()).find("extra.i"), std::string_view::npos) << status;
}

TEST(MatchCheckpointTest, TriesThePrefixesThatWritersPutBeforeTheKeys) {
  const TempFolder folder;
  const KeyRules rules = {.prefixes = {"x.", "text_model."}, .aliases = {}, .ignored_suffixes = {}};
  Pair plain, with_prefix, refused;
  ASSERT_TRUE(match(plain, kFitting, rules, folder).ok());
  EXPECT_EQ(source_name(plain, "a.bias"), "a.bias");
  ASSERT_TRUE(match(with_prefix, prefixed("text_model."), rules, folder).ok());
  EXPECT_EQ(source_name(with_prefix, "a.bias"), "text_model.a.bias");
  EXPECT_TRUE(fails_with(match(refused, prefixed("text_model."), kNoRules, folder),
                         Reason::kBadWeights, {"4 missing", "4 unused"}));
}

TEST(MatchCheckpointTest, TakesAnAliasOnlyWhereTheNameItselfIsNot) {
  const TempFolder folder;
  const KeyRules rules = {
      .prefixes = {}, .aliases = {{"a.weight", "tied.weight"}}, .ignored_suffixes = {}};
  TensorMap renamed = kFitting, both = kFitting;
  renamed.erase("a.weight");
  renamed["tied.weight"] = at::zeros({3, 2});
  both["tied.weight"] = at::zeros({3, 2});
  Pair one, two, refused;
  ASSERT_TRUE(match(one, renamed, rules, folder).ok());
  EXPECT_EQ(source_name(one, "a.weight"), "tied.weight");
  ASSERT_TRUE(match(two, both, rules, folder).ok());  // a tied pair that is stored twice
  EXPECT_EQ(source_name(two, "a.weight"), "a.weight");
  EXPECT_TRUE(fails_with(match(refused, both, kNoRules, folder), Reason::kBadWeights,
                         {"1 unused: tied.weight"}));
}

TEST(MatchCheckpointTest, DoesNotCountIgnoredSuffixesAsUnused) {
  const TempFolder folder;
  const KeyRules rules = {.prefixes = {}, .aliases = {}, .ignored_suffixes = {"position_ids"}};
  TensorMap tensors = kFitting;
  tensors["embeddings.position_ids"] = at::zeros({1, 4}, at::kLong);
  Pair one, refused;
  EXPECT_TRUE(match(one, tensors, rules, folder).ok());
  tensors["position_ids.more"] = at::zeros({1});
  EXPECT_TRUE(fails_with(match(refused, tensors, rules, folder), Reason::kBadWeights,
                         {"1 unused: position_ids.more"}));
}

}  // namespace
}  // namespace easel::testing

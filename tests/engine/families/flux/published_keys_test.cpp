// The module trees at full size against the keys and shapes of FLUX.1-dev. Trees hold no tensors,
// so this costs no memory.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "engine/autoencoders/autoencoder_kl.h"
#include "engine/families/flux/transformer.h"
#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"

namespace easel {
namespace {

using nlohmann::json;
using Shape = std::vector<int64_t>;

json published(const std::string& component) {
  return json::parse(std::ifstream(EASEL_TEST_DATA "/flux/published_keys.json"))[component];
}

// "blocks.{0-18}.weight" stands for a key of each number.
void expand(const std::string& key, const Shape& shape, std::map<std::string, Shape>& keys) {
  static const std::regex kRange(R"(\{(\d+)-(\d+)\})");
  std::smatch range;
  if (!std::regex_search(key, range, kRange)) {
    keys[key] = shape;
    return;
  }
  for (int i = std::stoi(range[1]); i <= std::stoi(range[2]); ++i) {
    expand(range.prefix().str() + std::to_string(i) + range.suffix().str(), shape, keys);
  }
}

// The published key that a module's key goes by: "" when there is none.
std::string published_name(const std::map<std::string, Shape>& keys, const std::string& key,
                           const KeyRules& rules) {
  if (keys.contains(key)) return key;
  for (const std::string& prefix : rules.prefixes) {
    if (keys.contains(prefix + key)) return prefix + key;
  }
  for (const auto& [name, alias] : rules.aliases) {
    if (name == key && keys.contains(alias)) return alias;
  }
  return "";
}

void expect_published_keys(Module& tree, const KeyRules& rules, const std::string& component) {
  const json description = published(component);
  std::map<std::string, Shape> keys;
  for (const auto& [key, shape] : description["shapes"].items())
    expand(key, shape.get<Shape>(), keys);
  ASSERT_EQ(keys.size(), description["tensors"].get<size_t>());

  std::set<std::string> used;
  int64_t parameters = 0;
  tree.visit_parameters([&](const std::string& key, Parameter& parameter) {
    const std::string name = published_name(keys, key, rules);
    ASSERT_NE(name, "") << key << " is not among the published keys";
    EXPECT_EQ(parameter.shape(), keys[name]) << key;
    EXPECT_TRUE(used.insert(name).second) << key << " is there twice";
    parameters += parameter.numel();
  });
  EXPECT_EQ(used.size(), keys.size());
  EXPECT_EQ(parameters, description["parameters"].get<int64_t>());
}

template <typename Network, typename Config>
void expect_network(const std::string& component) {
  const auto config = Config::from_json(published(component)["config"], component);
  ASSERT_TRUE(config.ok()) << config.status();
  Network network(*config);
  expect_published_keys(network, Network::key_rules(), component);
}

TEST(PublishedKeysTest, TransformerHasThem) {
  expect_network<flux::Transformer, flux::TransformerConfig>("transformer");
}
TEST(PublishedKeysTest, ClipHasThem) {
  expect_network<ClipTextModel, ClipTextConfig>("text_encoder");
}
TEST(PublishedKeysTest, T5HasThem) { expect_network<T5Encoder, T5Config>("text_encoder_2"); }
TEST(PublishedKeysTest, AutoencoderHasThem) {
  expect_network<AutoencoderKl, AutoencoderKlConfig>("vae");
}

}  // namespace
}  // namespace easel

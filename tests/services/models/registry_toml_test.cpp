#include "services/models/registry_toml.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace easel {
namespace {

constexpr char kFile[] = "/etc/easel/models.toml";

// The message that parsing `text` ends with; "" when it is accepted.
std::string refusal(std::string_view text) {
  const auto entries = parse_registry(text, kFile);
  if (entries.ok()) return "";
  EXPECT_EQ(reason_of(entries.status()), Reason::kInvalidField);
  return std::string(to_std(entries.status().message()));
}

#define EXPECT_REFUSED(text, part)                                             \
  do {                                                                         \
    const std::string message = refusal(text);                                 \
    EXPECT_NE(message.find(part), std::string::npos) << '"' << message << '"'; \
  } while (false)

TEST(RegistryTomlTest, ReadsEveryField) {
  const auto entries = parse_registry(R"(
[models.flux_dev]
hub = "black-forest-labs/FLUX.1-dev"
display_name = "FLUX.1 dev"
notes = "guidance-distilled"
tags = ["photo", "text"]
default = true
max_side = 1024
components = { vae = "/models/other-vae" }
recommended = { width = 1024, height = 768, steps = 28, guidance = 3.5 }
allowed = { steps = [1, 100], guidance = [0, 10], side = [256, 2048] }
)",
                                      kFile);
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 1u);
  const RegistryEntry& entry = entries->front();
  EXPECT_EQ(entry.key, "flux_dev");
  EXPECT_EQ(entry.hub_id, "black-forest-labs/FLUX.1-dev");
  EXPECT_EQ(entry.display_name, "FLUX.1 dev");
  EXPECT_EQ(entry.notes, "guidance-distilled");
  EXPECT_EQ(entry.tags, (std::vector<std::string>{"photo", "text"}));
  EXPECT_TRUE(entry.is_default);
  EXPECT_FALSE(entry.built_in);
  EXPECT_EQ(entry.max_side, 1024);
  EXPECT_EQ(entry.components.at("vae"), "/models/other-vae");
  EXPECT_EQ(entry.recommended.width, 1024);
  EXPECT_EQ(entry.recommended.height, 768);
  EXPECT_EQ(entry.recommended.steps, 28);
  EXPECT_EQ(entry.recommended.guidance, 3.5);
  EXPECT_EQ(entry.allowed.steps.highest, 100);
  EXPECT_EQ(entry.allowed.guidance.highest, 10);
  ASSERT_TRUE(entry.allowed.side.has_value());
  EXPECT_EQ(entry.allowed.side->lowest, 256);
}

TEST(RegistryTomlTest, TakesRelativePathsFromTheFilesFolder) {
  const auto entries =
      parse_registry("[models.a]\npath = \"../a\"\ncomponents = { vae = \"v\" }", kFile);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->front().path, "/etc/a");
  EXPECT_EQ(entries->front().components.at("vae"), "/etc/easel/v");
  EXPECT_EQ(entries->front().display_name, "a");
}

TEST(RegistryTomlTest, AcceptsAnEmptyFile) { EXPECT_EQ(refusal("# nothing yet\n"), ""); }

TEST(RegistryTomlTest, NamesTheLineOfAnUnknownKey) {
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nmax_sid = 3\n",
                 "models.toml:3: unknown key 'max_sid'");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\n[model.b]\npath = \"/b\"\n",
                 "models.toml:3: unknown key 'model'");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nallowed = { size = [1, 2] }", "unknown key 'size'");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nrecommended = { seed = 1 }", "unknown key 'seed'");
}

TEST(RegistryTomlTest, AMistypedKeyIsNamedRatherThanWhatItLeavesOut) {
  EXPECT_REFUSED("[models.a]\npaht = \"/a\"\n", "models.toml:2: unknown key 'paht'");
}

TEST(RegistryTomlTest, NamesTheLineOfBrokenSyntax) {
  EXPECT_REFUSED("\n\n[models.a\n", "models.toml:3: ");
}

TEST(RegistryTomlTest, RefusesWrongTypesAndRanges) {
  EXPECT_REFUSED("models = 3", "'models' must be a table");
  EXPECT_REFUSED("[models]\na = 3", "'a' must be a table");
  EXPECT_REFUSED("[models.a]\npath = 3", "'path' must be a string");
  EXPECT_REFUSED("[models.a]\npath = \"\"", "'path' is empty");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\ndefault = 1", "'default' must be true or false");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nmax_side = 0",
                 "'max_side' must be a whole number from 1");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nmax_side = 1.5", "'max_side' must be a whole number");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\ntags = [\"x\", 2]",
                 "'tags' must be a list of strings");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nrecommended = { guidance = nan }",
                 "'guidance' must be a number");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nallowed = { steps = [1] }", "'steps' must be a pair");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nallowed = { steps = [9, 2] }", "lowest number first");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nallowed = { steps = [1, 201] }", "from 1 to 200");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\ncomponents = { vae = 1 }", "'vae' must be a string");
}

TEST(RegistryTomlTest, WantsExactlyOneOfPathAndHub) {
  EXPECT_REFUSED("[models.a]\nnotes = \"\"", "needs one of 'path' and 'hub'");
  EXPECT_REFUSED("[models.a]\npath = \"/a\"\nhub = \"o/a\"", "needs one of 'path' and 'hub'");
  EXPECT_REFUSED("[models.a]\nhub = \"../a\"", "'hub' must be ORG/NAME");
}

TEST(RegistryTomlTest, RefusesASecondDefault) {
  EXPECT_REFUSED(
      "[models.a]\npath = \"/a\"\ndefault = true\n[models.b]\npath = \"/b\"\ndefault = true",
      "both 'a' and 'b' are marked as default");
}

TEST(RegistryTomlTest, RefusesKeysThatCouldBePaths) {
  EXPECT_REFUSED("[models.\"a/b\"]\npath = \"/a\"", "a model's key has letters");
  EXPECT_FALSE(is_registry_key(""));
  EXPECT_FALSE(is_registry_key(".."));
  EXPECT_FALSE(is_registry_key(std::string(65, 'a')));
  EXPECT_TRUE(is_registry_key("hunyuan_image3.v2-x"));
}

}  // namespace
}  // namespace easel

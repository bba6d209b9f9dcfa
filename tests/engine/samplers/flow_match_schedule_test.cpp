#include "engine/samplers/flow_match_schedule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using nlohmann::json;

absl::StatusOr<FlowMatchConfig> parse(const char* text) {
  const json config = json::parse(text);
  return FlowMatchConfig::from_json(config, "scheduler_config.json");
}

TEST(FlowMatchScheduleTest, EqualsTheReferenceToTheBit) {
  const json rows = json::parse(std::ifstream(EASEL_TEST_DATA "/flux/schedules.json"));
  ASSERT_GE(rows.size(), 40u);
  for (const json& row : rows) {
    const auto config = FlowMatchConfig::from_json(row["config"], "schedules.json");
    ASSERT_TRUE(config.ok()) << config.status();
    const FlowMatchSchedule got =
        make_flow_match_schedule(*config, row["steps"], row["image_tokens"]);
    const std::string where =
        row["config"].dump() + " " + row["steps"].dump() + " " + row["image_tokens"].dump();
    EXPECT_EQ(got.sigmas, row["sigmas"].get<std::vector<float>>()) << where;
    EXPECT_EQ(got.timesteps.size() + 1, got.sigmas.size()) << where;
    EXPECT_EQ(got.timesteps.front(), row["first_timestep"].get<float>()) << where;
  }
}

TEST(FlowMatchConfigTest, TakesAnEmptyConfigForDiffusersDefaults) {
  const auto config = parse("{}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(make_flow_match_schedule(*config, 4, 16).sigmas,
            (std::vector<float>{1.0f, 0.75f, 0.5f, 0.25f, 0.0f}));
}

TEST(FlowMatchConfigTest, RefusesOptionsThatAreNotImplementedByName) {
  for (const char* key : {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas",
                          "invert_sigmas", "stochastic_sampling"}) {
    const json on = {{key, true}}, off = {{key, false}};
    EXPECT_TRUE(fails_with(FlowMatchConfig::from_json(on, "s.json").status(), Reason::kBadWeights,
                           {"s.json", key, "not supported"}));
    EXPECT_TRUE(FlowMatchConfig::from_json(off, "s.json").ok()) << key;
  }
}

TEST(FlowMatchConfigTest, RefusesWhatCannotBe) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"_class_name": "DDIMScheduler"})", "DDIMScheduler"},
      {R"({"time_shift_type": "cubic"})", "time_shift_type"},
      {R"({"base_image_seq_len": 4096})", "max_image_seq_len"},
      {R"({"base_image_seq_len": 0})", "base_image_seq_len"},
      {R"({"num_train_timesteps": 0})", "num_train_timesteps"},
      {R"({"shift": "3"})", "shift"},
      {R"({"shift": 0})", "shift"},
      {R"({"shift": -1.0})", "shift"},
      {R"({"shift_terminal": 1.0})", "shift_terminal"},
      {R"({"shift_terminal": -0.1})", "shift_terminal"},
      {R"({"use_dynamic_shifting": 1})", "use_dynamic_shifting"},
  };
  for (const auto& [text, named] : cases) {
    EXPECT_TRUE(
        fails_with(parse(text).status(), Reason::kBadWeights, {"scheduler_config.json", named}))
        << text;
  }
}

TEST(FirstStepOfStrengthTest, CutsAsTheReferenceDoes) {
  struct Row {
    int64_t steps;
    double strength;
    int64_t first;
  };
  // int(max(steps - min(steps * strength, steps), 0)) in doubles, as Python has it.
  const Row rows[] = {
      {10, 1.0, 0},        {10, 1.5, 0},  {10, 0.3, 7},   {4, 0.6, 1},     {5, 0.1, 4},
      {20, 0.35, 13},      {28, 0.6, 11}, {50, 0.58, 21}, {100, 0.29, 71}, {1, 0.5, 0},
      {1000, 0.001, 999},  {2, 1e-9, 1},  {3, 0.9999, 0}, {3, 0.0, 3},  // nothing is run
      {1000, 1e-17, 1000},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(first_step_of_strength(row.steps, row.strength), row.first)
        << row.steps << " " << row.strength;
  }
}

}  // namespace
}  // namespace easel

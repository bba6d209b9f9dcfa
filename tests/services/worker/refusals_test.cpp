// What the services refuse, and how they say it.
#include <gtest/gtest.h>

#include <functional>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

class RefusalsTest : public WorkerFixture {};

TEST_F(RefusalsTest, AFullQueueSaysSoAtOnce) {
  options_.queue_limit = 1;
  start();
  grpc::ClientContext running_context, waiting_context;
  const auto running = start_blocked(running_context, "running");
  const auto waiting = images_->Generate(&waiting_context, request("waiting"));
  await([](const v1::StatusResponse& now) { return now.queue_length() == 1; });
  const grpc::Status full = generate(request("r-3")).status;
  EXPECT_TRUE(refused_with(full, "QUEUE_FULL", {"1"}));
  EXPECT_EQ(full.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  running_context.TryCancel();
  waiting_context.TryCancel();
}

TEST_F(RefusalsTest, AnIdThatIsInUse) {
  start();
  grpc::ClientContext context;
  const auto running = start_blocked(context, "same");
  EXPECT_TRUE(refused_with(generate(request("same")).status, "INVALID_FIELD", {"request_id"}));
  context.TryCancel();
}

TEST_F(RefusalsTest, AModelThatIsNotThere) {
  start();
  v1::GenerateRequest message = request("r-1");
  message.set_model("twoo");
  const grpc::Status unknown = generate(message).status;
  EXPECT_TRUE(refused_with(unknown, "MODEL_MISSING", {"'twoo'", "two"}));
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  message.set_model("gone");
  EXPECT_TRUE(refused_with(generate(message).status, "MODEL_MISSING", {"gone"}));
}

TEST_F(RefusalsTest, APathIsNeverTakenForAModel) {
  start();
  for (const std::string& name : {(folder_ / "one").string(), std::string("../one"),
                                  std::string("one/"), std::string("\x01\n{}")}) {
    v1::GenerateRequest message = request("r-1");
    message.set_model(name);
    EXPECT_TRUE(refused_with(generate(message).status, "MODEL_MISSING", {})) << name;
  }
  EXPECT_TRUE(world_->opened().empty());
}

TEST_F(RefusalsTest, ErrorsOfTheModelKeepTheirReason) {
  start();
  world_->generate_status = make_error(Reason::kBadWeights, "damaged");
  const grpc::Status damaged = generate(request("r-1")).status;
  EXPECT_TRUE(refused_with(damaged, "BAD_WEIGHTS", {"damaged"}));
  EXPECT_EQ(damaged.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  world_->generate_status = make_error(Reason::kOutOfMemory, "too large");
  EXPECT_TRUE(refused_with(generate(request("r-2")).status, "OUT_OF_MEMORY", {"too large"}));
  EXPECT_EQ(logged("request")["reason"], "OUT_OF_MEMORY");
  EXPECT_EQ(logged("request")["level"], "error");
}

TEST_F(RefusalsTest, MessagesThatTrailersWouldNotTakeAreMadeFit) {
  start();
  world_->generate_status =
      make_error(Reason::kInferenceFailed, "\xff\n" + std::string(100000, 'x'));
  const grpc::Status status = generate(request("r-1")).status;
  EXPECT_TRUE(refused_with(status, "INFERENCE_FAILED", {"?\n", "..."}));
}

TEST_F(RefusalsTest, HostileFieldsAreRefusedByNameAndTheLogStaysLines) {
  start();
  using Change = std::function<void(v1::GenerateRequest&)>;
  const std::pair<const char*, Change> cases[] = {
      {"request_id", [](auto& m) { m.set_request_id("a b"); }},
      {"request_id", [](auto& m) { m.set_request_id("\n{\"event\":\"forged\"}"); }},
      {"request_id", [](auto& m) { m.set_request_id(std::string(129, 'a')); }},
      {"prompt", [](auto& m) { m.set_prompt(std::string(16385, 'a')); }},
      {"prompt", [](auto& m) { m.set_prompt(std::string("a\0b", 3)); }},
      {"negative_prompt", [](auto& m) { m.set_negative_prompt(std::string(1, '\0')); }},
      {"width is 8: allowed are 16 to 512", [](auto& m) { m.set_width(8); }},
      {"height is 4294967295", [](auto& m) { m.set_height(4294967295u); }},
      {"steps is 51: allowed are 1 to 50", [](auto& m) { m.set_steps(51); }},
      {"guidance is 10.5: allowed are 0 to 10", [](auto& m) { m.set_guidance(10.5f); }},
      {"guidance", [](auto& m) { m.set_guidance(std::numeric_limits<float>::quiet_NaN()); }},
      {"guidance", [](auto& m) { m.set_guidance(-std::numeric_limits<float>::infinity()); }},
      {"seed", [](auto& m) { m.set_seed(uint64_t{1} << 53); }},
      {"num_images is 9: allowed are 0 to 8", [](auto& m) { m.set_num_images(9); }},
      {"sampler", [](auto& m) { m.set_sampler(std::string(65, 'a')); }},
      {"preview_every", [](auto& m) { m.set_preview_every(5000); }},
      {"image.uri", [](auto& m) { m.mutable_image()->set_uri("file:///etc/passwd"); }},
      {"image.data is empty", [](auto& m) { m.mutable_image(); }},
      {"image.data",
       [](auto& m) { m.mutable_image()->set_data(std::string((25 << 20) + 1, 'a')); }},
      {"mask", [](auto& m) { m.mutable_mask()->set_data("a"); }},
      {"strength", [](auto& m) { m.set_strength(0.5f); }},
      {"options.true_cfg", [](auto& m) { (*m.mutable_options())["true_cfg"] = "1e400"; }},
      {"options.max_sequence_length",
       [](auto& m) { (*m.mutable_options())["max_sequence_length"] = "1.5"; }},
      {"options.x", [](auto& m) { (*m.mutable_options())["x"] = std::string(2000, 'a'); }},
  };
  for (const auto& [named, change] : cases) {
    v1::GenerateRequest message = request("r-1");
    change(message);
    EXPECT_TRUE(refused_with(generate(message).status, "INVALID_FIELD", {named})) << named;
  }
  EXPECT_TRUE(world_->prompts().empty());
  for (const nlohmann::json& line : log_lines()) EXPECT_NE(line["event"], "forged");
}

TEST_F(RefusalsTest, TextThatIsNoUtf8IsRefused) {
  start();
  v1::GenerateRequest message = request("r-1");
  message.set_prompt("\xff\xfe");
  EXPECT_FALSE(generate(message).status.ok());
  EXPECT_TRUE(generate(request("r-2")).status.ok());
}

TEST_F(RefusalsTest, UnknownOptionsGoToTheFamilyToJudge) {
  start();
  v1::GenerateRequest message = request("r-1");
  (*message.mutable_options())["true_cfg"] = "2.5";
  (*message.mutable_options())["max_sequence_length"] = "77";
  (*message.mutable_options())["other"] = "x";
  EXPECT_TRUE(generate(message).status.ok());
  ASSERT_EQ(world_->requests().size(), 1u);
  const GenerateRequest seen = world_->requests()[0];
  EXPECT_EQ(seen.true_cfg, 2.5);
  EXPECT_EQ(seen.max_sequence_length, 77);
  EXPECT_EQ(seen.options, (std::map<std::string, std::string>{{"other", "x"}}));
}

class EditTest : public WorkerFixture {
 protected:
  grpc::Status edit(const v1::EditRequest& message) {
    grpc::ClientContext context;
    return read_all(*images_->Edit(&context, message)).status;
  }
  static v1::EditRequest edit_request(int images) {
    v1::EditRequest message;
    message.set_prompt("make it blue");
    for (int i = 0; i < images; ++i) message.add_images()->set_data("picture");
    return message;
  }
};

TEST_F(EditTest, IsImageToImageFromTheFirstPicture) {
  start();
  v1::EditRequest message = edit_request(1);
  message.mutable_mask()->set_data("mask");
  message.set_strength(0.5f);
  EXPECT_TRUE(edit(message).ok());
  ASSERT_EQ(world_->requests().size(), 1u);
  const GenerateRequest seen = world_->requests()[0];
  EXPECT_EQ(seen.image, StartPicture("picture"));
  EXPECT_EQ(seen.mask, StartPicture("mask"));
  EXPECT_EQ(seen.strength, 0.5);
  EXPECT_FALSE(seen.width.has_value());
  ASSERT_TRUE(seen.default_size_bounds.has_value());
  EXPECT_EQ(seen.default_size_bounds->lowest, 16);
  EXPECT_EQ(seen.default_size_bounds->highest, 512);
  EXPECT_EQ(logged("request")["method"], "Edit");
}

TEST_F(EditTest, TakesOneToThreePicturesAndAPrompt) {
  start();
  for (const int count : {1, 2, 3}) EXPECT_TRUE(edit(edit_request(count)).ok()) << count;
  EXPECT_TRUE(refused_with(edit(edit_request(4)), "INVALID_FIELD", {"1 to 3"}));
  EXPECT_TRUE(refused_with(edit(edit_request(0)), "INVALID_FIELD", {"1 to 3"}));
  v1::EditRequest message = edit_request(1);
  message.clear_prompt();
  EXPECT_TRUE(refused_with(edit(message), "INVALID_FIELD", {"prompt is empty"}));
}

}  // namespace
}  // namespace easel

// The pictures that callers send: checked before their job waits, read when its turn has come.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "base/error.h"
#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

// Takes files that begin with "good", "late" or "slow"; the second cannot be read, the third takes
// until the job is stopped.
class FakeReader final : public PictureReader {
 public:
  absl::Status check(std::string_view file) const override {
    if (file.starts_with("good") || file.starts_with("late") || file.starts_with("slow")) {
      return absl::OkStatus();
    }
    return invalid_field("not an image");
  }
  absl::StatusOr<PicturePixels> read(std::string_view file, PictureUse use,
                                     const CancelToken& cancel) const override {
    ++reads;
    while (file.starts_with("slow")) {
      EASEL_RETURN_IF_ERROR(cancel.check());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (file.starts_with("late")) return invalid_field("damaged in the middle");
    return PicturePixels{1, 1, std::vector<uint8_t>(3, use == PictureUse::kMask ? 1 : 2)};
  }

  mutable std::atomic<int> reads{0};
};

class PicturesTest : public WorkerFixture {
 protected:
  PicturesTest() { pictures_ = reader_; }

  static v1::EditRequest edit_of(const std::vector<std::string>& pictures) {
    v1::EditRequest message;
    message.set_request_id("e-1");
    message.set_prompt("blue");
    for (const std::string& picture : pictures) message.add_images()->set_data(picture);
    return message;
  }
  Answer edit(const v1::EditRequest& message) {
    grpc::ClientContext context;
    return read_all(*images_->Edit(&context, message));
  }
  Answer edit(const std::string& picture, const std::string& mask = "") {
    v1::EditRequest message = edit_of({picture});
    if (!mask.empty()) message.mutable_mask()->set_data(mask);
    return edit(message);
  }
  void await_reading() const {
    for (int i = 0; i < 60'000 && reader_->reads == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const std::shared_ptr<FakeReader> reader_ = std::make_shared<FakeReader>();
};

TEST_F(PicturesTest, TheModelGetsPixels) {
  start();
  const Answer answer = edit("good picture", "good mask");
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const GenerateRequest seen = world_->requests().at(0);
  EXPECT_EQ(seen.image, StartPicture(PicturePixels{1, 1, {2, 2, 2}}));
  EXPECT_EQ(seen.mask, StartPicture(PicturePixels{1, 1, {1, 1, 1}}));
  const auto& seconds = answer.events.back().result().seconds();
  EXPECT_EQ(seconds[0].stage(), "queue");
  EXPECT_EQ(seconds[1].stage(), "read");
}

TEST_F(PicturesTest, AHeaderThatIsRefusedNeverWaitsAndNothingIsRead) {
  start();
  grpc::ClientContext context;
  const auto running = start_blocked(context, "running");
  EXPECT_TRUE(refused_with(edit("hello").status, "INVALID_FIELD", {"image: not an image"}));
  EXPECT_TRUE(refused_with(edit("good", "hello").status, "INVALID_FIELD", {"mask: not an image"}));
  v1::GenerateRequest message = request("r-1");
  message.mutable_image()->set_data("hello");
  EXPECT_TRUE(refused_with(generate(message).status, "INVALID_FIELD", {"image: not an image"}));
  EXPECT_EQ(reader_->reads, 0);
  context.TryCancel();
}

TEST_F(PicturesTest, APictureThatCannotBeReadLoadsNoModelAndTheNextJobRuns) {
  start();
  EXPECT_TRUE(refused_with(edit("late").status, "INVALID_FIELD", {"image: damaged in the middle"}));
  EXPECT_TRUE(refused_with(edit("good", "late").status, "INVALID_FIELD", {"mask: damaged"}));
  EXPECT_TRUE(world_->opened().empty());
  EXPECT_TRUE(edit("good").status.ok());
}

TEST_F(PicturesTest, APictureIsReadWhenItsTurnHasCome) {
  start();
  grpc::ClientContext context;
  const auto running = start_blocked(context, "running");
  v1::GenerateRequest message = request("waiting");
  message.mutable_image()->set_data("good");
  grpc::ClientContext waiting_context;
  const auto waiting = images_->Generate(&waiting_context, message);
  await([](const v1::StatusResponse& now) { return now.queue_length() == 1; });
  EXPECT_EQ(reader_->reads, 0);
  world_->gate.open();
  EXPECT_TRUE(read_all(*waiting).status.ok());
  EXPECT_EQ(reader_->reads, 1);
}

TEST_F(PicturesTest, AnEditHasItsLineInTheLog) {
  start();
  EXPECT_TRUE(edit("good", "good").status.ok());
  const nlohmann::json line = logged("request");
  EXPECT_EQ(line["method"], "Edit");
  EXPECT_EQ(line["prompt_length"], 4);
  EXPECT_EQ(line["start_images"], 1);
  EXPECT_EQ(line["mask"], true);
  EXPECT_EQ(line["seed"], 7);
  EXPECT_EQ(line["width"], 64);
  EXPECT_EQ(line["height"], 64);
  EXPECT_EQ(line["steps"], 3);
  EXPECT_GE(line["duration"], 0.25);
  EXPECT_GT(line["memory"]["before"]["total"], 0);
  EXPECT_GT(line["memory"]["after"]["total"], 0);
}

TEST_F(PicturesTest, AnEditThatFailsHasItsLineInTheLog) {
  start();
  v1::EditRequest message = edit_of({"good", "late"});
  message.set_seed(9);
  message.set_width(128);
  message.set_steps(5);
  EXPECT_TRUE(refused_with(edit(message).status, "INVALID_FIELD", {"images[1]: damaged"}));
  const nlohmann::json line = logged("request");
  EXPECT_EQ(line["method"], "Edit");
  EXPECT_EQ(line["model"], "one");
  EXPECT_EQ(line["reason"], "INVALID_FIELD");
  EXPECT_EQ(line["prompt_length"], 4);
  EXPECT_EQ(line["start_images"], 2);
  EXPECT_EQ(line["mask"], false);
  EXPECT_EQ(line["seed"], 9);
  EXPECT_EQ(line["width"], 128);
  EXPECT_FALSE(line.contains("height"));
  EXPECT_EQ(line["steps"], 5);
  EXPECT_GT(line["duration"], 0);
  for (const char* when : {"before", "peak", "after"}) {
    EXPECT_GT(line["memory"][when]["total"], 0) << when;
  }
}

TEST_F(PicturesTest, AnEditThatIsRefusedHasItsLineInTheLog) {
  start();
  v1::EditRequest message = edit_of({"good", "good", "good", "good"});
  message.set_steps(1'000);
  EXPECT_TRUE(refused_with(edit(message).status, "INVALID_FIELD", {"images has 4 pictures"}));
  const nlohmann::json line = logged("request");
  EXPECT_EQ(line["prompt_length"], 4);
  EXPECT_EQ(line["start_images"], 4);
  EXPECT_EQ(line["steps"], 1'000);
  EXPECT_GE(line["duration"], 0);
  EXPECT_FALSE(line.contains("memory")) << "no job of it ran";
}

TEST_F(PicturesTest, ACancelStopsTheReading) {
  start();
  auto editing = std::async(std::launch::async, [this] { return edit("slow").status; });
  await_reading();
  grpc::ClientContext context;
  v1::CancelRequest cancel;
  cancel.set_request_id("e-1");
  v1::CancelResponse response;
  EXPECT_TRUE(images_->Cancel(&context, cancel, &response).ok());
  EXPECT_TRUE(response.found());
  EXPECT_TRUE(refused_with(editing.get(), "CANCELLED", {"the job was cancelled"}));
  EXPECT_TRUE(world_->opened().empty());
}

TEST_F(PicturesTest, ADeadlineStopsTheReading) {
  options_.job_seconds = 1;
  start();
  const grpc::Status late = edit("slow").status;
  EXPECT_TRUE(refused_with(late, "DEADLINE", {"deadline"}));
  EXPECT_EQ(late.error_message().find("image"), std::string::npos) << late.error_message();
  EXPECT_GE(logged("request")["duration"], 1.0);
}

TEST_F(PicturesTest, ACallerWhoGoesAwayStopsTheReading) {
  start();
  grpc::ClientContext context;
  const auto reader = images_->Edit(&context, edit_of({"slow"}));
  await_reading();
  context.TryCancel();
  EXPECT_EQ(read_all(*reader).status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(logged("request")["reason"], "CANCELLED");
}

TEST_F(PicturesTest, PicturesThatTheModelDoesNotUseAreReadAndToldOf) {
  start();
  const Answer answer = edit(edit_of({"good 1", "good 2", "good 3"}));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(reader_->reads, 3);
  const auto& warnings = answer.events.back().result().warnings();
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_EQ(warnings[0], "3 pictures were given; this model uses the first alone");
  const GenerateRequest seen = world_->requests().at(0);
  EXPECT_TRUE(seen.image && seen.more_images.empty() && seen.unused_images.empty());
  EXPECT_EQ(logged("request")["start_images"], 3);
}

TEST_F(PicturesTest, AModelThatUsesThreeGetsThree) {
  max_start_images_ = 3;
  start();
  const Answer answer = edit(edit_of({"good 1", "good 2", "good 3"}));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_TRUE(answer.events.back().result().warnings().empty());
  const GenerateRequest seen = world_->requests().at(0);
  ASSERT_EQ(seen.more_images.size(), 2u);
  for (const StartPicture& picture : seen.more_images) {
    EXPECT_EQ(picture, StartPicture(PicturePixels{1, 1, {2, 2, 2}}));
  }
}

TEST_F(PicturesTest, ListSaysHowManyPicturesOfAnEditAreUsed) {
  max_start_images_ = 2;
  start();
  grpc::ClientContext context;
  v1::ListResponse list;
  ASSERT_TRUE(models_->List(&context, {}, &list).ok());
  std::map<std::string, uint32_t> images;
  for (const v1::ModelInfo& model : list.models()) images[model.key()] = model.max_images();
  EXPECT_EQ(images.at("one"), 2u);
  EXPECT_EQ(images.at("gone"), 0u);
}

TEST_F(PicturesTest, ABadPictureIsToldAlsoWhereItIsNotUsed) {
  start();
  EXPECT_TRUE(refused_with(edit(edit_of({"good", "hello"})).status, "INVALID_FIELD",
                           {"images[1]: not an image"}));
  EXPECT_EQ(reader_->reads, 0);
  EXPECT_TRUE(refused_with(edit(edit_of({"late", "good"})).status, "INVALID_FIELD",
                           {"images[0]: damaged in the middle"}));
  EXPECT_TRUE(world_->opened().empty());
}

TEST_F(PicturesTest, AModelThatCannotEditSaysSo) {
  capabilities_ = {Capability::kTextToImage};
  start();
  EXPECT_TRUE(refused_with(edit("good").status, "INVALID_FIELD", {"'one'", "cannot edit"}));
}

}  // namespace
}  // namespace easel

// The pictures that callers send: checked before their job waits, read when its turn has come.
#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

// Takes files that begin with "good" or "late"; the latter cannot be read.
class FakeReader final : public PictureReader {
 public:
  absl::Status check(std::string_view file) const override {
    if (file.starts_with("good") || file.starts_with("late")) return absl::OkStatus();
    return invalid_field("not an image");
  }
  absl::StatusOr<PicturePixels> read(std::string_view file, PictureUse use) const override {
    ++reads;
    if (file.starts_with("late")) return invalid_field("damaged in the middle");
    return PicturePixels{1, 1, std::vector<uint8_t>(3, use == PictureUse::kMask ? 1 : 2)};
  }

  mutable std::atomic<int> reads{0};
};

class PicturesTest : public WorkerFixture {
 protected:
  PicturesTest() { pictures_ = reader_; }

  Answer edit(const std::string& picture, const std::string& mask = "") {
    v1::EditRequest message;
    message.set_request_id("e-1");
    message.set_prompt("blue");
    message.add_images()->set_data(picture);
    if (!mask.empty()) message.mutable_mask()->set_data(mask);
    grpc::ClientContext context;
    return read_all(*images_->Edit(&context, message));
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

TEST_F(PicturesTest, AModelThatCannotEditSaysSo) {
  capabilities_ = {Capability::kTextToImage};
  start();
  EXPECT_TRUE(refused_with(edit("good").status, "INVALID_FIELD", {"'one'", "cannot edit"}));
}

}  // namespace
}  // namespace easel

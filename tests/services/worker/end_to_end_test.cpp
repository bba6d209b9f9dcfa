// The real program with the demo model, as a caller on this machine sees it.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "easel/v1/image_service.grpc.pb.h"
#include "easel/v1/model_service.grpc.pb.h"
#include "google/rpc/error_info.pb.h"
#include "tests/services/worker/worker_process.h"

namespace easel {
namespace {

constexpr char kPngStart[] = "\x89PNG";

std::string reason_of(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details()) && details.details_size() == 1) {
    details.details(0).UnpackTo(&info);
  }
  return info.reason();
}

class EndToEndTest : public ::testing::Test {
 protected:
  void connect(const std::string& address) {
    ASSERT_NE(address, "");
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    images_ = v1::ImageService::NewStub(channel_);
  }
  static v1::GenerateRequest request(uint32_t steps) {
    v1::GenerateRequest message;
    message.set_prompt("a red circle");
    message.set_seed(7);
    message.set_steps(steps);
    message.set_width(64);
    message.set_height(64);
    return message;
  }
  struct Answer {
    std::vector<v1::GenerateEvent> events;
    grpc::Status status;

    std::string picture() const {
      for (const v1::GenerateEvent& event : events) {
        if (event.has_image_ready()) return event.image_ready().image().data();
      }
      return "";
    }
  };
  static Answer read_all(grpc::ClientReader<v1::GenerateEvent>& reader) {
    Answer answer;
    v1::GenerateEvent event;
    while (reader.Read(&event)) answer.events.push_back(event);
    answer.status = reader.Finish();
    return answer;
  }
  Answer generate(const v1::GenerateRequest& message) {
    grpc::ClientContext context;
    return read_all(*images_->Generate(&context, message));
  }

  v1::ModelInfo planned_demo() {
    grpc::ClientContext context;
    v1::ListRequest request;
    request.set_with_plans(true);
    v1::ListResponse response;
    EXPECT_TRUE(v1::ModelService::NewStub(channel_)->List(&context, request, &response).ok());
    for (const v1::ModelInfo& model : response.models()) {
      if (model.key() == "demo") return model;
    }
    return {};
  }
  grpc::Status load_demo() {
    grpc::ClientContext context;
    v1::LoadRequest request;
    request.set_key("demo");
    v1::LoadResponse response;
    return v1::ModelService::NewStub(channel_)->Load(&context, request, &response);
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ImageService::Stub> images_;
};

TEST_F(EndToEndTest, DrawsAPictureAndEditsIt) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu"});
  connect(worker.await_address());
  v1::GenerateRequest message = request(3);
  message.set_preview_every(1);
  const Answer drawn = generate(message);
  ASSERT_TRUE(drawn.status.ok()) << drawn.status.error_message();
  EXPECT_EQ(drawn.picture().substr(0, 4), kPngStart);
  uint32_t steps = 0;
  for (const v1::GenerateEvent& event : drawn.events) {
    if (event.has_step()) {
      EXPECT_GT(event.step().step(), steps);  // a slow reader gets the newest alone
      steps = event.step().step();
      EXPECT_EQ(event.step().preview().data().substr(0, 4), kPngStart);
    }
  }
  EXPECT_EQ(steps, 3u);
  const v1::Result& result = drawn.events.back().result();
  EXPECT_EQ(result.model(), "demo");
  EXPECT_EQ(result.family(), "flux");
  EXPECT_EQ(result.fingerprint().size(), 64u);
  EXPECT_GT(result.memory_peak().total_bytes(), 0u);

  v1::EditRequest edit;
  edit.set_prompt("a blue circle");
  edit.add_images()->set_data(drawn.picture());
  edit.set_steps(3);
  grpc::ClientContext context;
  const Answer edited = read_all(*images_->Edit(&context, edit));
  ASSERT_TRUE(edited.status.ok()) << edited.status.error_message();
  EXPECT_EQ(edited.events.back().result().width(), 64u);
  EXPECT_NE(edited.picture(), drawn.picture());
}

TEST_F(EndToEndTest, PlansTheMemoryOfAModelWithoutLoadingIt) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu"});
  connect(worker.await_address());
  const v1::ModelInfo demo = planned_demo();
  EXPECT_EQ(demo.state(), v1::MODEL_STATE_AVAILABLE);
  ASSERT_TRUE(demo.has_plan()) << demo.plan_problem();
  EXPECT_TRUE(demo.plan().fits()) << demo.plan().words();
  EXPECT_FALSE(demo.plan().budget_is_set());
  EXPECT_EQ(demo.plan().width(), 128U);
  EXPECT_GE(demo.plan().largest_side(), 128U);
  EXPECT_GT(demo.plan().peak_bytes(), demo.plan().smallest_budget_bytes());
  EXPECT_EQ(demo.plan().components_size(), 4);
  const uint64_t before = demo.plan().peak_bytes();
  ASSERT_TRUE(load_demo().ok());
  const v1::ModelInfo loaded = planned_demo();
  EXPECT_GT(loaded.loaded_bytes(), uint64_t{10} << 20);
  EXPECT_LT(loaded.plan().peak_bytes(), before + (uint64_t{64} << 20))
      << "the weights that are there do not count twice";
}

TEST_F(EndToEndTest, RefusesToLoadWhatABudgetCannotHold) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu", "--memory-budget", "8MiB"});
  connect(worker.await_address());
  const v1::ModelInfo demo = planned_demo();
  EXPECT_TRUE(demo.plan().budget_is_set());
  EXPECT_FALSE(demo.plan().fits());
  EXPECT_EQ(demo.plan().largest_side(), 0U);
  const grpc::Status refused = load_demo();
  EXPECT_EQ(reason_of(refused), "OUT_OF_MEMORY");
  EXPECT_NE(refused.error_message().find("--memory-budget"), std::string::npos)
      << refused.error_message();
}

TEST_F(EndToEndTest, TheSameSeedDrawsTheSamePictureAfterOtherJobs) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu"});
  connect(worker.await_address());
  const std::string first = generate(request(2)).picture();
  generate(request(1));
  EXPECT_EQ(generate(request(2)).picture(), first);
}

TEST_F(EndToEndTest, WhatOnlyTheModelCanJudgeIsRefusedByName) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu"});
  connect(worker.await_address());
  v1::GenerateRequest message = request(2);
  message.set_sampler("ddim");
  EXPECT_EQ(reason_of(generate(message).status), "INVALID_FIELD");
  message.clear_sampler();
  (*message.mutable_options())["no_such"] = "1";
  EXPECT_EQ(reason_of(generate(message).status), "INVALID_FIELD");
  message.clear_options();
  message.mutable_image()->set_data("no picture");
  EXPECT_EQ(reason_of(generate(message).status), "INVALID_FIELD");
}

TEST_F(EndToEndTest, CancelStopsALongJob) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu"});
  connect(worker.await_address());
  v1::GenerateRequest message = request(200);
  message.set_num_images(8);
  message.set_request_id("long");
  grpc::ClientContext context;
  const auto reader = images_->Generate(&context, message);
  v1::GenerateEvent event;
  while (reader->Read(&event) && !event.has_step()) {
  }
  grpc::ClientContext cancel_context;
  v1::CancelRequest cancel;
  cancel.set_request_id("long");
  v1::CancelResponse response;
  ASSERT_TRUE(images_->Cancel(&cancel_context, cancel, &response).ok());
  EXPECT_TRUE(response.found());
  EXPECT_EQ(reason_of(read_all(*reader).status), "CANCELLED");
}

TEST_F(EndToEndTest, SigtermFinishesWhatRunsAndEndsCleanly) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu", "--drain-seconds", "60"});
  connect(worker.await_address());
  grpc::ClientContext context;
  const auto reader = images_->Generate(&context, request(8));
  v1::GenerateEvent event;
  while (reader->Read(&event) && !event.has_step()) {
  }
  worker.send(SIGTERM);
  EXPECT_TRUE(read_all(*reader).status.ok());
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(worker.logged("stopped").is_object());
}

TEST_F(EndToEndTest, ASecondSigtermCancelsAtOnce) {
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu", "--drain-seconds", "600"});
  connect(worker.await_address());
  v1::GenerateRequest message = request(200);
  message.set_num_images(8);
  grpc::ClientContext context;
  const auto reader = images_->Generate(&context, message);
  v1::GenerateEvent event;
  while (reader->Read(&event) && !event.has_step()) {
  }
  worker.send(SIGTERM);
  ASSERT_TRUE(worker.await_logged("draining"));
  worker.send(SIGTERM);
  EXPECT_EQ(reason_of(read_all(*reader).status), "CANCELLED");
  EXPECT_EQ(worker.wait(), 0);
}

TEST_F(EndToEndTest, SighupWithABrokenRegistryKeepsTheOldOne) {
  const TempFolder folder;
  const std::string registry = folder.write("models.toml", "").string();
  WorkerProcess worker({"--address", "127.0.0.1:0", "--device", "cpu", "--registry", registry});
  connect(worker.await_address());
  folder.write("models.toml", "[models.x]\nno = 1\n");
  worker.send(SIGHUP);
  EXPECT_TRUE(worker.await_logged("registry_broken"));
  EXPECT_TRUE(generate(request(1)).status.ok());
}

TEST_F(EndToEndTest, ASocketInUseIsNotTakenOver) {
  const TempFolder folder;
  const std::string address = "unix:" + (folder / "worker.sock").string();
  WorkerProcess worker({"--address", address, "--device", "cpu"});
  connect(worker.await_address());
  WorkerProcess second({"--address", address, "--device", "cpu"});
  EXPECT_EQ(second.wait(), 2);
  EXPECT_NE(second.err().find("in use"), std::string::npos) << second.err();
  EXPECT_TRUE(generate(request(1)).status.ok());
}

TEST_F(EndToEndTest, MistakesInTheConfigurationEndItWithTheirLine) {
  const TempFolder folder;
  const std::string config = folder.write("worker.toml", "\ncolour = 1\n").string();
  WorkerProcess worker({"--config", config, "--check-config"});
  EXPECT_EQ(worker.wait(), 2);
  EXPECT_NE(worker.err().find("worker.toml:2"), std::string::npos) << worker.err();
  WorkerProcess good({"--check-config"});
  EXPECT_EQ(good.wait(), 0);
}

}  // namespace
}  // namespace easel

// Generate, Cancel and Status as a caller sees them.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

using Kinds = std::vector<std::string>;

class CallsTest : public WorkerFixture {
 protected:
  bool cancel(const std::string& id) {
    grpc::ClientContext context;
    v1::CancelRequest message;
    message.set_request_id(id);
    v1::CancelResponse response;
    EXPECT_TRUE(images_->Cancel(&context, message, &response).ok());
    return response.found();
  }
};

TEST_F(CallsTest, EventsComeInOrderAndEndWithTheResult) {
  start();
  v1::GenerateRequest message = request("r-1");
  message.set_num_images(2);
  message.set_seed(5);
  const Answer answer = generate(message);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_GE(answer.events.size(), 4u);
  for (size_t i = 0; i < answer.events.size(); ++i) {
    EXPECT_EQ(answer.events[i].sequence(), i + 1);
    EXPECT_EQ(answer.events[i].request_id(), "r-1");
  }
  const Kinds kinds = answer.kinds();
  EXPECT_EQ(kinds.front(), "queued 0");
  EXPECT_EQ(Kinds(kinds.end() - 3, kinds.end()), Kinds({"image 0", "image 1", "result"}));
  EXPECT_EQ(answer.events[answer.events.size() - 2].image_ready().image().data(), "picture 1");
  const v1::Result& result = answer.events.back().result();
  EXPECT_EQ(result.model(), "one");
  EXPECT_EQ(result.fingerprint(), "fingerprint of one");
  EXPECT_EQ(result.seed(), 5u);
  EXPECT_EQ(result.num_images(), 2u);
  EXPECT_EQ(result.seconds(0).stage(), "queue");
  EXPECT_GT(result.memory_after().total_bytes(), 0u);
}

TEST_F(CallsTest, AStepAndItsPreviewAreOneEvent) {
  start();
  v1::GenerateRequest message = request("r-1");
  message.set_preview_every(2);
  message.set_steps(4);
  world_->gate.close();
  grpc::ClientContext context;
  const auto reader = images_->Generate(&context, message);
  Kinds steps;
  v1::GenerateEvent event;
  while (steps.size() < 4 && reader->Read(&event)) {
    if (event.has_queued() || event.has_loading()) {
      if (event.has_queued()) world_->gate.let_pass(1);
      continue;
    }
    if (!event.has_step()) continue;
    steps.push_back(concat(event.step().step(), event.step().preview().data()));
    world_->gate.let_pass(1);
  }
  EXPECT_EQ(steps, Kinds({"1", "2preview 2", "3", "4preview 4"}));
}

TEST_F(CallsTest, ARequestWithoutAnIdGetsOne) {
  start();
  const Answer answer = generate(request(""));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.events.back().request_id().size(), 32u);
}

TEST_F(CallsTest, StatusAnswersWhileAJobBlocks) {
  start();
  grpc::ClientContext context;
  const auto reader = start_blocked(context, "running");
  const v1::StatusResponse now = status();
  EXPECT_TRUE(now.ready());
  ASSERT_EQ(now.running_size(), 1);
  EXPECT_EQ(now.running(0).request_id(), "running");
  EXPECT_EQ(now.running(0).stage(), "denoise");
  EXPECT_EQ(now.models(0).key(), "one");
  EXPECT_EQ(now.devices(0).name(), "cpu");
  EXPECT_GT(now.devices(0).used_bytes(), 0u);
  EXPECT_EQ(now.devices(0).used().total_bytes(), now.devices(0).used_bytes());
  EXPECT_GT(now.devices(0).used().base_bytes(), 0u);
  EXPECT_GE(now.devices(0).peak().total_bytes(), now.devices(0).used_bytes());
  EXPECT_EQ(now.queue_limit(), 64u);
  context.TryCancel();
}

TEST_F(CallsTest, CancelStopsAWaitingJobAtOnceAndARunningOneBeforeItsNextStep) {
  start();
  grpc::ClientContext running_context, waiting_context;
  const auto running = start_blocked(running_context, "running");
  const auto waiting = images_->Generate(&waiting_context, request("waiting"));
  await([](const v1::StatusResponse& now) { return now.queue_length() == 1; });
  EXPECT_TRUE(cancel("waiting"));
  EXPECT_TRUE(refused_with(read_all(*waiting).status, "CANCELLED", {}));
  EXPECT_TRUE(cancel("running"));
  world_->gate.let_pass(1);
  const Answer answer = read_all(*running);
  EXPECT_TRUE(refused_with(answer.status, "CANCELLED", {}));
  EXPECT_EQ(answer.kinds().back(), "step 1/3");
  EXPECT_FALSE(cancel("running"));
}

TEST_F(CallsTest, ACallerThatGoesAwayCancelsItsJob) {
  start();
  {
    grpc::ClientContext context;
    const auto reader = start_blocked(context, "r-1");
    context.TryCancel();
    EXPECT_EQ(read_all(*reader).status.error_code(), grpc::StatusCode::CANCELLED);
  }
  world_->await_stop();  // the worker hears of it a moment after the caller
  world_->gate.let_pass(1);
  await([](const v1::StatusResponse& now) { return now.running_size() == 0; });
  EXPECT_EQ(logged("request").value("reason", ""), "CANCELLED");
}

TEST_F(CallsTest, ACallerThatGoesAwayLeavesTheQueue) {
  start();
  grpc::ClientContext running_context;
  const auto running = start_blocked(running_context, "running");
  grpc::ClientContext context;
  const auto waiting = images_->Generate(&context, request("waiting"));
  await([](const v1::StatusResponse& now) { return now.queue_length() == 1; });
  context.TryCancel();
  await([](const v1::StatusResponse& now) { return now.queue_length() == 0; });
  EXPECT_EQ(read_all(*waiting).status.error_code(), grpc::StatusCode::CANCELLED);
  running_context.TryCancel();
}

TEST_F(CallsTest, ADeadlineThatPassesInTheQueueFreesThePlace) {
  start();
  grpc::ClientContext running_context;
  const auto running = start_blocked(running_context, "running");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  const auto waiting = images_->Generate(&context, request("waiting"));
  await([](const v1::StatusResponse& now) { return now.queue_length() == 1; });
  EXPECT_EQ(read_all(*waiting).status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  await([](const v1::StatusResponse& now) { return now.queue_length() == 0; });
  EXPECT_EQ(logged("request").value("reason", ""), "DEADLINE");
  EXPECT_EQ(world_->prompts().size(), 1u);
  running_context.TryCancel();
}

TEST_F(CallsTest, TheWorkersOwnLimitIsADeadlineToo) {
  options_.job_seconds = 1;
  start();
  grpc::ClientContext context;
  const auto reader = start_blocked(context, "r-1");
  world_->await_stop();
  world_->gate.let_pass(1);
  EXPECT_TRUE(refused_with(read_all(*reader).status, "DEADLINE", {"deadline"}));
}

TEST_F(CallsTest, DrainFinishesWhatRunsAndSaysSo) {
  start();
  grpc::ClientContext context;
  const auto reader = start_blocked(context, "r-1");
  std::thread drainer([this] { worker_->drain(std::chrono::seconds(10)); });
  await([](const v1::StatusResponse& now) { return now.draining() && !now.ready(); });
  EXPECT_TRUE(refused_with(generate(request("r-2")).status, "DRAINING", {}));
  world_->gate.open();
  const Answer answer = read_all(*reader);
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.kinds().back(), "result");
  drainer.join();
}

TEST_F(CallsTest, TheLogHasALineForEachRequest) {
  start();
  grpc::ClientContext context;
  context.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  v1::GenerateRequest message = request("r-1");
  message.set_prompt("grün");
  EXPECT_TRUE(read_all(*images_->Generate(&context, message)).status.ok());
  const nlohmann::json line = logged("request");
  EXPECT_EQ(line["request_id"], "r-1");
  EXPECT_EQ(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(line["prompt_length"], 4);
  EXPECT_FALSE(line.contains("prompt"));
  EXPECT_EQ(line["seconds"]["denoise"], 0.25);
  EXPECT_EQ(line["steps"], 3);
  EXPECT_GT(line["memory"]["after"]["total"], 0);
}

TEST_F(CallsTest, TheLogNamesTheRequestBehindTheCallWhenItIsAnId) {
  start();
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "my-request");
  EXPECT_TRUE(read_all(*images_->Generate(&context, request("r-1"))).status.ok());
  EXPECT_EQ(logged("request")["request_id"], "r-1");
  EXPECT_EQ(logged("request")["caller_request_id"], "my-request");
  grpc::ClientContext odd_context;
  odd_context.AddMetadata("x-request-id", "no id");
  v1::GenerateRequest refused = request("r-2");
  refused.set_model("no_such");
  EXPECT_FALSE(read_all(*images_->Generate(&odd_context, refused)).status.ok());
  EXPECT_EQ(logged("request")["request_id"], "r-2");
  EXPECT_FALSE(logged("request").contains("caller_request_id"));
}

TEST_F(CallsTest, PromptsStandInTheLogWhenThatIsSwitchedOn) {
  options_.log_prompts = true;
  start();
  v1::GenerateRequest message = request("r-1");
  message.set_prompt("two\nlines \x7f\xc2\x9b \"quoted\"}");
  EXPECT_TRUE(generate(message).status.ok());
  EXPECT_EQ(logged("request")["prompt"], message.prompt());
}

}  // namespace
}  // namespace easel

#include <grpc/health/v1/health.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

std::string check_message(const std::string& service) {
  grpc::health::v1::HealthCheckRequest message;
  message.set_service(service);
  return message.SerializeAsString();
}

class HealthTest : public WorkerFixture {
 protected:
  // "SERVING", "NOT_SERVING", or the error.
  std::string health(const std::string& service) {
    const grpc::Slice slice(check_message(service));
    const grpc::ByteBuffer message(&slice, 1);
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto call =
        stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", message, &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (!status.ok()) return concat("error ", status.error_code());
    grpc::Slice whole;
    EXPECT_TRUE(answer.DumpToSingleSlice(&whole).ok());
    const std::string bytes(reinterpret_cast<const char*>(whole.begin()), whole.size());
    grpc::health::v1::HealthCheckResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes));
    return grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
  }
  void await_health(const std::string& service, const std::string& expected) {
    for (int i = 0; i < 500 && health(service) != expected; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(health(service), expected) << service;
  }
};

TEST_F(HealthTest, ServesAsAWholeAndPerServiceAndModel) {
  start();
  EXPECT_EQ(health(""), "SERVING");
  EXPECT_EQ(health("easel.v1.ImageService"), "SERVING");
  EXPECT_EQ(health("easel.model.one"), "SERVING");
  EXPECT_EQ(health("easel.model.gone"), "NOT_SERVING");
  EXPECT_EQ(health("easel.model.nobody"), concat("error ", grpc::StatusCode::NOT_FOUND));
}

TEST_F(HealthTest, DoesNotServeBeforeTheFirstModelsAreLoaded) {
  options_.load = {"one"};
  world_->load_gate.close();
  start();
  world_->load_gate.await_arrival();
  EXPECT_EQ(health(""), "NOT_SERVING");
  EXPECT_EQ(health("easel.model.one"), "NOT_SERVING");
  EXPECT_EQ(health("easel.model.two"), "SERVING");
  world_->load_gate.open();
  await_health("", "SERVING");
  EXPECT_EQ(health("easel.model.one"), "SERVING");
}

TEST_F(HealthTest, DoesNotServeWhileItDrains) {
  start();
  grpc::ClientContext context;
  const auto reader = start_blocked(context, "r-1");
  EXPECT_EQ(health(""), "SERVING");
  std::thread drainer([this] { worker_->drain(std::chrono::seconds(10)); });
  await_health("", "NOT_SERVING");
  EXPECT_EQ(health("easel.model.one"), "NOT_SERVING");
  world_->gate.open();
  EXPECT_TRUE(read_all(*reader).status.ok());
  drainer.join();
}

}  // namespace
}  // namespace easel

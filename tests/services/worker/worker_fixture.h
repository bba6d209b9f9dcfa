// The worker in this process, on fake models if the test has no others, behind a real channel.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "easel/v1/image_service.grpc.pb.h"
#include "easel/v1/model_service.grpc.pb.h"
#include "google/rpc/error_info.pb.h"
#include "services/worker/worker.h"
#include "tests/support/fake_model.h"
#include "tests/support/temp_folder.h"

namespace easel {

// The ErrorInfo that every error must carry; an empty one where there is none.
google::rpc::ErrorInfo error_info(const grpc::Status& status);

// "INVALID_FIELD", when the status and its ErrorInfo agree.
::testing::AssertionResult refused_with(const grpc::Status& status, const std::string& reason,
                                        const std::vector<std::string>& named);

class WorkerFixture : public ::testing::Test {
 protected:
  // Models "one" (default; steps 1-50, guidance 0-10, sides 16-512) and "two", whose folders are
  // there, and "gone", whose folder is not.
  WorkerFixture();
  ~WorkerFixture() override;

  // Called by the test, so that it can change the options before.
  void start();
  // The fake models; another fixture may have real ones.
  virtual WorkerParts make_parts();

  struct Answer {
    std::vector<v1::GenerateEvent> events;
    grpc::Status status;

    std::vector<std::string> kinds() const;  // "queued", "step 1/3", "image 0", "result"
  };
  static v1::GenerateRequest request(const std::string& id);
  Answer generate(const v1::GenerateRequest& message);
  static Answer read_all(grpc::ClientReader<v1::GenerateEvent>& reader);
  v1::StatusResponse status();

  // Waits until the worker's status says so; fails after ten seconds.
  template <typename Condition>
  void await(const Condition& condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition(status())) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "the worker's status never came to what was waited for";
  }
  // A job that stands before its first step, until its reader is dropped or the gate opens.
  std::unique_ptr<grpc::ClientReader<v1::GenerateEvent>> start_blocked(grpc::ClientContext& context,
                                                                       const std::string& id);

  void write_registry(const std::string& text) const;
  // The log's lines so far; a line that is no JSON object fails the test.
  std::vector<nlohmann::json> log_lines() const;
  // The last line of that event; waits for one, which a job's end may be a moment ahead of.
  nlohmann::json logged(const std::string& event) const;

  TempFolder folder_;
  WorkerOptions options_;
  std::vector<Capability> capabilities_ = {Capability::kTextToImage, Capability::kEdit};
  int64_t max_start_images_ = 1;
  std::shared_ptr<const PictureReader> pictures_;  // null unless the test has one
  PlanMemory plan_;                                // null unless the test has one
  const std::shared_ptr<testing::FakeWorld> world_ = std::make_shared<testing::FakeWorld>();
  int log_fd_;
  JsonLog log_;
  std::unique_ptr<Worker> worker_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ImageService::Stub> images_;
  std::unique_ptr<v1::ModelService::Stub> models_;
};

}  // namespace easel

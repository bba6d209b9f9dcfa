// Memory that runs out anywhere in a job of the worker: the caller is told so or has the right
// picture, nothing stays behind, and the next request is served.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "tests/services/worker/tensor_faults.h"
#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

constexpr char kTinyModel[] = EASEL_TEST_DATA "/flux/models/dev_a";
constexpr int64_t kPlenty = int64_t{1} << 40;

class OutOfMemoryTest : public WorkerFixture {
 protected:
  WorkerParts make_parts() override {
    WorkerParts parts = WorkerFixture::make_parts();
    parts.open = [budget = budget_](const LocatedModel& located) -> absl::StatusOr<OpenedModel> {
      ModelOptions options;
      options.path = located.path;
      options.dtype = ComputeDtype::kFp32;
      options.memory_budget_bytes = budget;
      OpenedModel opened;
      EASEL_ASSIGN_OR_RETURN(opened.model, open_model(options));
      opened.fingerprint = "tiny";
      return opened;
    };
    return parts;
  }
  void start_with(std::optional<int64_t> budget) {
    budget_ = budget;
    write_registry(concat("[models.tiny]\npath = \"", kTinyModel, "\"\ndefault = true\n"));
    start();
    faults_.fail_at(0);
    expected_ = picture(draw());
    ASSERT_NE(expected_, "");
  }
  Answer draw() {
    v1::GenerateRequest message = request("");
    message.set_width(48);
    message.set_height(32);
    message.set_steps(2);
    message.set_seed(5);
    (*message.mutable_options())["max_sequence_length"] = "16";
    return generate(message);
  }
  static std::string picture(const Answer& answer) {
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    for (const v1::GenerateEvent& event : answer.events) {
      if (event.has_image_ready()) return event.image_ready().image().data();
    }
    return "";
  }
  uint64_t loaded_bytes() {
    uint64_t bytes = 0;
    const v1::StatusResponse now = status();
    for (const v1::LoadedModel& model : now.models()) bytes += model.bytes();
    return bytes;
  }
  static int64_t next(int64_t n, int64_t stride, int64_t total) {
    constexpr int64_t kLast = 8;
    if (n > total - kLast) return n + 1;
    return std::min(n + stride, total - kLast + 1);
  }
  // Fails every `stride`-th allocation of a job, and the last ones of all, which write the picture,
  // each in a job of its own; how many of the jobs ended in a picture all the same.
  int fail_each(int64_t stride) {
    const uint64_t start = loaded_bytes();
    faults_.fail_at(0);
    draw();
    const int64_t total = faults_.count();
    EXPECT_GT(total, 100);
    int pictures = 0;
    for (int64_t n = 1; n <= total && !HasFailure(); n = next(n, stride, total)) {
      SCOPED_TRACE(concat("allocation ", n, " of ", total));
      faults_.fail_at(n);
      const Answer answer = draw();
      faults_.fail_at(0);
      if (answer.status.ok()) {
        ++pictures;
        EXPECT_TRUE(picture(answer) == expected_);
        EXPECT_FALSE(answer.events.back().result().warnings().empty()) << "it is told";
      } else {
        EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
        EXPECT_TRUE(refused_with(answer.status, "OUT_OF_MEMORY", {"memory"}));
      }
      EXPECT_LE(loaded_bytes(), start);
      EXPECT_TRUE(picture(draw()) == expected_) << "the next request";
      EXPECT_EQ(loaded_bytes(), start);
    }
    return pictures;
  }

  // All of them in the soak; a step that is prime comes to every stage.
  const int64_t stride_ = std::getenv("EASEL_SOAK") != nullptr ? 1 : 53;
  testing::TensorFaults faults_;
  std::optional<int64_t> budget_;
  std::string expected_;
};

TEST_F(OutOfMemoryTest, AnywhereWithoutABudgetEndsInTheReasonAndTheNextIsServed) {
  start_with(std::nullopt);
  EXPECT_EQ(fail_each(stride_), 0) << "there is no other way to compute it";
}

TEST_F(OutOfMemoryTest, AnywhereWithABudgetEndsInThePictureOrTheReasonAndTheNextIsServed) {
  start_with(kPlenty);
  EXPECT_GT(fail_each(stride_), 0) << "there was a plan with less";
}

}  // namespace
}  // namespace easel

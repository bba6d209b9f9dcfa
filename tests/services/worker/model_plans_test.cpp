// What List says of memory, and what Load makes of it.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

// Remembers what was asked; answers with `plan`.
struct FakePlans {
  absl::StatusOr<MemoryPlan> plan = MemoryPlan();
  std::mutex mutex;
  std::vector<MemoryPlanRequest> requests;  // under mutex
  testing::Gate gate;
};

// A GPU before anything was opened: its allocator knows no total yet.
struct UnknownDevice final : DeviceMonitor {
  std::string name() const override { return "cuda:0"; }
  DeviceMemory read() const override { return {}; }
  void reset_peak() override {}
};

class ModelPlansTest : public WorkerFixture {
 protected:
  ModelPlansTest() {
    plan_ = [plans = plans_](const MemoryPlanRequest& request) {
      {
        const std::lock_guard lock(plans->mutex);
        plans->requests.push_back(request);
      }
      plans->gate.pass();
      return plans->plan;
    };
    plans_->plan->fits = true;
    plans_->plan->reason = "Everything fits.";
    plans_->plan->budget_bytes = 512 * kMiB;
    plans_->plan->largest_side = 1024;
    plans_->plan->components = {{"transformer", "stream_host", "bf16", 3, 19, 100, 900}};
  }
  ~ModelPlansTest() override { plans_->gate.open(); }

  void plan_nothing_fits() {
    plans_->plan->fits = false;
    plans_->plan->largest_side = 0;
    plans_->plan->reason = "It does not fit: denoise needs 2.0 GiB at least.";
    plans_->plan->helps = {"--memory-budget 2GiB is the least that does"};
  }
  v1::ModelInfo find(const std::string& key, bool with_plans) {
    grpc::ClientContext context;
    v1::ListRequest request;
    request.set_with_plans(with_plans);
    v1::ListResponse response;
    EXPECT_TRUE(models_->List(&context, request, &response).ok());
    for (const v1::ModelInfo& model : response.models()) {
      if (model.key() == key) return model;
    }
    return {};
  }
  grpc::Status load(grpc::ClientContext& context, const std::string& key) {
    v1::LoadRequest message;
    message.set_key(key);
    v1::LoadResponse response;
    return models_->Load(&context, message, &response);
  }
  grpc::Status load(const std::string& key, std::chrono::milliseconds wait) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + wait);
    return load(context, key);
  }
  // The caller goes as soon as his load is known to wait.
  void load_and_leave(const std::string& key) {
    grpc::ClientContext context;
    std::thread caller(
        [&] { EXPECT_EQ(load(context, key).error_code(), grpc::StatusCode::CANCELLED); });
    for (int i = 0; i < 2000 && !find(key, /*with_plans=*/false).load_waits(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    context.TryCancel();
    caller.join();
  }
  void await_load_ended(const std::string& key) {
    for (int i = 0; i < 1000 && find(key, /*with_plans=*/false).load_waits(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_FALSE(find(key, /*with_plans=*/false).load_waits());
  }

  WorkerParts make_parts() override {
    WorkerParts parts = WorkerFixture::make_parts();
    if (size_is_unknown_) parts.monitor = std::make_unique<UnknownDevice>();
    return parts;
  }

  bool size_is_unknown_ = false;  // set before start()
  const std::shared_ptr<FakePlans> plans_ = std::make_shared<FakePlans>();
};

constexpr std::chrono::seconds kLong{20};

TEST_F(ModelPlansTest, ListPlansMemoryWhereItIsAsked) {
  options_.memory_budget = "512MiB";
  start();
  EXPECT_FALSE(find("one", /*with_plans=*/false).has_plan());
  const v1::ModelInfo one = find("one", /*with_plans=*/true);
  ASSERT_TRUE(one.has_plan());
  EXPECT_TRUE(one.plan().fits());
  EXPECT_TRUE(one.plan().budget_is_set());
  EXPECT_EQ(one.plan().words(), "Everything fits.");
  EXPECT_EQ(one.plan().largest_side(), 1024U);
  ASSERT_EQ(one.plan().components_size(), 1);
  EXPECT_EQ(one.plan().components(0).placement(), "stream_host");
  EXPECT_EQ(one.plan().components(0).blocks(), 19U);
  EXPECT_EQ(one.plan_problem(), "");
  const v1::ModelInfo gone = find("gone", /*with_plans=*/true);
  EXPECT_FALSE(gone.has_plan());
  EXPECT_NE(gone.plan_problem().find("gone"), std::string::npos);
}

TEST_F(ModelPlansTest, PlansForTheSizeThatIsRecommendedWithinTheBudgetAndTheModelsLimits) {
  options_.memory_budget = "512MiB";
  options_.device = "cpu";
  start();
  find("one", /*with_plans=*/true);
  const std::lock_guard lock(plans_->mutex);
  ASSERT_EQ(plans_->requests.size(), 2U) << "one and two; there is nothing to plan for gone";
  const MemoryPlanRequest& request = plans_->requests[0];
  EXPECT_EQ(request.width, 64);
  EXPECT_EQ(request.steps, 3);
  EXPECT_EQ(request.memory_budget_bytes, 512 * kMiB);
  EXPECT_FALSE(request.all_in_place);
  EXPECT_FALSE(request.measures_speeds);
  EXPECT_EQ(request.largest_side_up_to, 512);
  EXPECT_EQ(plans_->requests[1].largest_side_up_to, 2048);
}

// Where the weights are is told by what is, not by what once failed.
TEST_F(ModelPlansTest, AProblemOfALoadIsNoneOnceAJobHasBroughtTheModel) {
  plan_nothing_fits();
  start();
  EXPECT_FALSE(load("one", kLong).ok());
  EXPECT_NE(find("one", /*with_plans=*/false).load_problem(), "");
  const Answer answer = generate(request("job"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const v1::ModelInfo one = find("one", /*with_plans=*/false);
  EXPECT_EQ(one.state(), v1::MODEL_STATE_LOADED);
  EXPECT_EQ(one.load_problem(), "");
}

TEST_F(ModelPlansTest, WithoutABudgetEverythingHasToStayInPlace) {
  start();
  EXPECT_FALSE(find("one", /*with_plans=*/true).plan().budget_is_set());
  const std::lock_guard lock(plans_->mutex);
  EXPECT_TRUE(plans_->requests[0].all_in_place);
  EXPECT_GT(plans_->requests[0].memory_budget_bytes, 0);
}

TEST_F(ModelPlansTest, ADeviceOfUnknownSizeIsLeftToThePlanAndNotTakenForFull) {
  size_is_unknown_ = true;
  start();
  find("one", /*with_plans=*/true);
  const std::lock_guard lock(plans_->mutex);
  EXPECT_EQ(plans_->requests[0].memory_budget_bytes, std::nullopt);
  EXPECT_TRUE(plans_->requests[0].all_in_place);
}

TEST_F(ModelPlansTest, StatusAndListAnswerWhilePlansAreMade) {
  plans_->gate.close();
  start();
  grpc::ClientContext context;
  v1::ListRequest request;
  request.set_with_plans(true);
  std::thread lister([&] {
    v1::ListResponse response;
    EXPECT_TRUE(models_->List(&context, request, &response).ok());
  });
  plans_->gate.await_arrival();
  for (int i = 0; i < 20; ++i) status();
  EXPECT_EQ(find("two", /*with_plans=*/false).key(), "two");
  plans_->gate.open();
  lister.join();
}

TEST_F(ModelPlansTest, LoadRefusesAtOnceWhatFitsAtNoSize) {
  plan_nothing_fits();
  start();
  EXPECT_TRUE(refused_with(load("two", kLong), "OUT_OF_MEMORY",
                           {"will not fit", "2.0 GiB", "--memory-budget 2GiB"}));
  EXPECT_TRUE(world_->opened().empty());
  const v1::ModelInfo two = find("two", /*with_plans=*/false);
  EXPECT_FALSE(two.load_waits());
  EXPECT_NE(two.load_problem().find("will not fit"), std::string::npos);
}

TEST_F(ModelPlansTest, LoadTakesWhatFitsAtASmallerSizeOrCannotBePlanned) {
  plans_->plan->fits = false;
  plans_->plan->largest_side = 64;
  start();
  EXPECT_TRUE(load("two", kLong).ok());
  plans_->plan = make_error(Reason::kBadWeights, "odd");
  EXPECT_TRUE(load("one", kLong).ok());
}

TEST_F(ModelPlansTest, AModelThatIsLoadedIsNotPlannedAgain) {
  start();
  ASSERT_TRUE(load("two", kLong).ok());
  plan_nothing_fits();
  EXPECT_TRUE(load("two", kLong).ok());
  EXPECT_EQ(find("two", /*with_plans=*/false).loaded_bytes(), 1000U);
}

TEST_F(ModelPlansTest, LoadGoesOnWhenItsCallerHasGoneAndListSaysSo) {
  world_->load_gate.close();
  start();
  load_and_leave("two");
  EXPECT_TRUE(find("two", /*with_plans=*/false).load_waits());
  world_->load_gate.open();
  await_load_ended("two");
  const v1::ModelInfo two = find("two", /*with_plans=*/false);
  EXPECT_EQ(two.state(), v1::MODEL_STATE_LOADED);
  EXPECT_EQ(two.load_problem(), "");
}

TEST_F(ModelPlansTest, LoadWaitsBehindARunningJob) {
  start();
  grpc::ClientContext context;
  const auto job = start_blocked(context, "job");
  load_and_leave("two");
  EXPECT_TRUE(find("two", /*with_plans=*/false).load_waits());
  EXPECT_EQ(find("two", /*with_plans=*/false).state(), v1::MODEL_STATE_AVAILABLE);
  world_->gate.open();
  await_load_ended("two");
  EXPECT_EQ(find("two", /*with_plans=*/false).state(), v1::MODEL_STATE_LOADED);
  EXPECT_TRUE(read_all(*job).status.ok());
}

TEST_F(ModelPlansTest, AFailedLoadIsRememberedUntilOneSucceedsOrTheModelIsUnloaded) {
  world_->load_status = make_error(Reason::kBadWeights, "a damaged file");
  start();
  EXPECT_FALSE(load("two", kLong).ok());
  EXPECT_EQ(find("two", /*with_plans=*/false).load_problem(), "a damaged file");
  EXPECT_EQ(find("one", /*with_plans=*/false).load_problem(), "");
  grpc::ClientContext context;
  v1::UnloadRequest unload;
  unload.set_key("two");
  v1::UnloadResponse response;
  ASSERT_TRUE(models_->Unload(&context, unload, &response).ok());
  EXPECT_EQ(find("two", /*with_plans=*/false).load_problem(), "");
  EXPECT_FALSE(load("two", kLong).ok());
  world_->load_status = absl::OkStatus();
  EXPECT_TRUE(load("two", kLong).ok());
  EXPECT_EQ(find("two", /*with_plans=*/false).load_problem(), "");
}

}  // namespace
}  // namespace easel

// The worker's models, as admins see, load and unload them.
#include "tests/gateway/gateway_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr char kPassword[] = "correct horse battery staple";

class AdminModelsTest : public GatewayTest {
 protected:
  AdminModelsTest() {
    options.admin_password_file = folder.write("password", kPassword).string();
    times.load_wait = std::chrono::milliseconds(200);
  }

  static httplib::Headers admin() {
    return {httplib::make_basic_authentication_header("admin", kPassword)};
  }
  json models() const { return json_of(client().Get("/api/admin/models", admin()))["models"]; }
  json sketch() const { return models().at(1); }
  httplib::Result ask(const std::string& what) const {
    return client().Post("/api/admin/models/" + what, admin(), "", "application/json");
  }
};

TEST_F(AdminModelsTest, TellsOfEachModelWhereItStandsAndWhatItsPlanIs) {
  start();
  const json all = models();
  ASSERT_EQ(all.size(), 2U);
  const json& demo = all[0];
  EXPECT_EQ(demo["key"], "demo");
  EXPECT_EQ(demo["state"], "missing");
  EXPECT_EQ(demo["problem"], "/secret/models/demo is not there") << "admins can do something";
  EXPECT_EQ(demo["plan"], nullptr);
  EXPECT_EQ(demo["load"], (json{{"waiting", false}, {"problem", nullptr}}));
  const json& plan = all[1]["plan"];
  EXPECT_EQ(plan["fits"], true);
  EXPECT_EQ(plan["words"], "Everything fits and stays in place between requests.");
  EXPECT_EQ(plan["largest_side"], 1024);
  EXPECT_EQ(plan["seconds_per_step"], nullptr) << "not known";
  EXPECT_EQ(plan["budget_bytes"], 1 << 30);
  EXPECT_EQ(plan["components"][0]["placement"], "resident");
}

TEST_F(AdminModelsTest, LoadsAndUnloads) {
  start();
  const auto loaded = ask("sketch/load");
  ASSERT_EQ(loaded->status, 200) << loaded->body;
  EXPECT_EQ(json_of(loaded)["state"], "loaded");
  EXPECT_EQ(sketch()["loaded_bytes"], 1000);
  const auto unloaded = ask("sketch/unload");
  ASSERT_EQ(unloaded->status, 200) << unloaded->body;
  EXPECT_EQ(json_of(unloaded)["state"], "available");
  EXPECT_EQ(sketch()["loaded_bytes"], 0);
}

TEST_F(AdminModelsTest, ALoadBehindAJobIsTakenAndGoesOn) {
  start();
  worker.set_busy(true);
  const auto taken = ask("sketch/load");
  EXPECT_EQ(taken->status, 202) << taken->body;
  EXPECT_EQ(json_of(taken)["state"], "available");
  EXPECT_EQ(json_of(taken)["load"]["waiting"], true);
  worker.set_busy(false);
  EXPECT_TRUE(eventually([&] { return sketch()["state"] == "loaded"; }));
  worker.set_busy(true);
  const auto leaving = ask("sketch/unload");
  EXPECT_EQ(leaving->status, 202) << leaving->body;
  EXPECT_EQ(json_of(leaving)["state"], "loaded");
  worker.set_busy(false);
  EXPECT_TRUE(eventually([&] { return sketch()["state"] == "available"; }));
}

TEST_F(AdminModelsTest, ARefusalHasTheWorkersOwnWordsAndIsRemembered) {
  start();
  worker.set_load_answer(
      fake_failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "OUT_OF_MEMORY", "it needs 2.0 GiB"));
  const auto refused = ask("sketch/load");
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(json_of(refused)["error"], "out_of_memory");
  EXPECT_EQ(json_of(refused)["message"], "it needs 2.0 GiB");
  EXPECT_EQ(sketch()["load"]["problem"], "it needs 2.0 GiB");
}

TEST_F(AdminModelsTest, AModelThatIsNotInTheRegistryIsNotFound) {
  start();
  for (const char* what : {"nobody/load", "nobody/unload"}) {
    const auto result = ask(what);
    EXPECT_EQ(result->status, 404) << what;
    EXPECT_EQ(json_of(result)["error"], "not_found") << what;
  }
}

TEST_F(AdminModelsTest, AWorkerThatIsAwayOrDeafIsUnavailable) {
  times.worker_timeout = std::chrono::milliseconds(200);
  times.plan_timeout = std::chrono::milliseconds(300);
  start();
  worker.set_deaf(true);
  EXPECT_EQ(client().Get("/api/admin/models", admin())->status, 503);
  EXPECT_EQ(ask("sketch/load")->status, 503);
  worker.stop();
  const auto result = client().Get("/api/admin/models", admin());
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(json_of(result)["error"], "worker_unavailable");
  EXPECT_EQ(json_of(ask("sketch/load"))["error"], "worker_unavailable");
  EXPECT_EQ(json_of(ask("sketch/unload"))["error"], "worker_unavailable");
}

TEST_F(AdminModelsTest, WhatIsDoneToAModelIsInTheAuditLog) {
  start();
  ask("sketch/load");
  const json entry = json_of(client().Get("/api/admin/audit", admin()))["items"][0];
  EXPECT_EQ(entry["action"], "POST /api/admin/models/{key}/load");
  EXPECT_EQ(entry["target"], "sketch");
  EXPECT_EQ(entry["status"], 200);
}

}  // namespace
}  // namespace easel

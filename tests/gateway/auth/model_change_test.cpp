// A model that is loaded while the worker stops answering.
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

class ModelChangeTest : public ServiceTest {
 protected:
  ModelChangeTest() {
    WorkerModel model;
    model.key = "demo";
    model.state = "available";
    worker.known_models = {model};
  }
};

TEST_F(ModelChangeTest, WhatTheWorkerTookIsNoErrorWhereItThenSaysNothing) {
  worker.on_load = [this](const std::string&) {
    worker.answers = false;
    return absl::OkStatus();
  };
  start_with_admin();
  const HeaderList admin = with(log_in());
  const HttpResponse taken = call("POST", "/api/admin/models/demo/load", admin);
  EXPECT_EQ(taken.status, 202) << taken.body;
  EXPECT_EQ(json_of(taken)["key"], "demo");
  EXPECT_EQ(json_of(taken)["state"], "available") << "as it was last known";
  EXPECT_GE(call("POST", "/api/admin/models/demo/load", admin).status, 500) << "it was not asked";
}

TEST_F(ModelChangeTest, WhatTheWorkerRefusedIsAnErrorAllTheSame) {
  worker.on_load = [this](const std::string&) {
    worker.answers = false;
    return absl::UnavailableError("gone");
  };
  start_with_admin();
  const HttpResponse refused = call("POST", "/api/admin/models/demo/load", with(log_in()));
  EXPECT_GE(refused.status, 500) << refused.body;
}

}  // namespace
}  // namespace easel

#include <gtest/gtest.h>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

class ModelCallsTest : public WorkerFixture {
 protected:
  v1::ListResponse list() {
    grpc::ClientContext context;
    v1::ListResponse response;
    EXPECT_TRUE(models_->List(&context, {}, &response).ok());
    return response;
  }
  v1::ModelInfo find(const std::string& key) {
    const v1::ListResponse all = list();
    for (const v1::ModelInfo& model : all.models()) {
      if (model.key() == key) return model;
    }
    ADD_FAILURE() << "no model " << key;
    return {};
  }
  grpc::Status load(const std::string& key, v1::LoadResponse& response) {
    grpc::ClientContext context;
    v1::LoadRequest message;
    message.set_key(key);
    return models_->Load(&context, message, &response);
  }
  grpc::Status unload(const std::string& key, v1::UnloadResponse& response) {
    grpc::ClientContext context;
    v1::UnloadRequest message;
    message.set_key(key);
    return models_->Unload(&context, message, &response);
  }
};

TEST_F(ModelCallsTest, ListTellsWhatTheRegistryHasAndWhatIsMissing) {
  start();
  const v1::ModelInfo one = find("one");
  EXPECT_EQ(one.display_name(), "Model one");
  EXPECT_EQ(one.tags(0), "fast");
  EXPECT_TRUE(one.is_default());
  EXPECT_EQ(one.state(), v1::MODEL_STATE_AVAILABLE);
  EXPECT_EQ(one.family(), "fake");
  EXPECT_EQ(one.capabilities_size(), 2);
  EXPECT_EQ(one.recommended().width(), 64u);
  EXPECT_FALSE(one.recommended().has_height());
  EXPECT_EQ(one.allowed_side().highest(), 512);
  EXPECT_EQ(one.fingerprint(), "");
  const v1::ModelInfo gone = find("gone");
  EXPECT_EQ(gone.state(), v1::MODEL_STATE_MISSING);
  EXPECT_NE(gone.problem().find("gone"), std::string::npos);
}

TEST_F(ModelCallsTest, LoadBringsTheModelIntoMemoryAndUnloadTakesItOut) {
  start();
  v1::LoadResponse loaded;
  ASSERT_TRUE(load("two", loaded).ok());
  EXPECT_EQ(loaded.model().state(), v1::MODEL_STATE_LOADED);
  EXPECT_EQ(loaded.model().fingerprint(), "fingerprint of two");
  EXPECT_EQ(status().models(0).key(), "two");
  EXPECT_EQ(status().models(0).bytes(), 1000u);
  v1::UnloadResponse unloaded;
  ASSERT_TRUE(unload("two", unloaded).ok());
  EXPECT_TRUE(unloaded.unloaded());
  EXPECT_EQ(status().models_size(), 0);
  ASSERT_TRUE(unload("two", unloaded).ok());
  EXPECT_FALSE(unloaded.unloaded());
}

TEST_F(ModelCallsTest, LoadWithoutAKeyTakesTheDefault) {
  start();
  v1::LoadResponse loaded;
  ASSERT_TRUE(load("", loaded).ok());
  EXPECT_EQ(loaded.model().key(), "one");
}

TEST_F(ModelCallsTest, ErrorsCarryTheirReason) {
  start();
  v1::LoadResponse loaded;
  v1::UnloadResponse unloaded;
  EXPECT_TRUE(refused_with(load("nobody", loaded), "MODEL_MISSING", {"'nobody'"}));
  EXPECT_TRUE(refused_with(load("gone", loaded), "MODEL_MISSING", {"gone"}));
  EXPECT_TRUE(refused_with(unload("", unloaded), "INVALID_FIELD", {"key"}));
  EXPECT_TRUE(refused_with(unload("nobody", unloaded), "MODEL_MISSING", {"'nobody'"}));
  world_->load_status = make_error(Reason::kOutOfMemory, "too large");
  EXPECT_TRUE(refused_with(load("two", loaded), "OUT_OF_MEMORY", {"too large"}));
}

}  // namespace
}  // namespace easel

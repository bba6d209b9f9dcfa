#include <gtest/gtest.h>

#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

class ReloadTest : public WorkerFixture {};

TEST_F(ReloadTest, TakesUpANewRegistry) {
  start();
  folder_.write("three/model_index.json", "{}");
  write_registry("[models.three]\npath = \"three\"\ndefault = true\n");
  worker_->reload();
  const Answer answer = generate(request("r-1"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.events.back().result().model(), "three");
  EXPECT_TRUE(logged("registry_loaded").is_object());
}

TEST_F(ReloadTest, ABrokenRegistryKeepsTheOldOneAndIsLogged) {
  start();
  write_registry("[models.three]\npath = \"three\"\ncolour = 1\n");
  worker_->reload();
  EXPECT_TRUE(generate(request("r-1")).status.ok());
  const nlohmann::json line = logged("registry_broken");
  EXPECT_NE(line.value("message", "").find("models.toml:3"), std::string::npos) << line;
}

TEST_F(ReloadTest, AModelWhoseFilesAreOthersNowIsOpenedAnew) {
  start();
  ASSERT_TRUE(generate(request("r-1")).status.ok());
  folder_.write("elsewhere/model_index.json", "{}");
  write_registry("[models.one]\npath = \"elsewhere\"\ndefault = true\n");
  worker_->reload();
  ASSERT_TRUE(generate(request("r-2")).status.ok());
  EXPECT_EQ(world_->opened(), (std::vector<std::string>{"one", "one"}));
}

TEST_F(ReloadTest, AModelThatStayedTheSameStaysInMemory) {
  start();
  ASSERT_TRUE(generate(request("r-1")).status.ok());
  worker_->reload();
  ASSERT_TRUE(generate(request("r-2")).status.ok());
  EXPECT_EQ(world_->opened(), std::vector<std::string>{"one"});
}

}  // namespace
}  // namespace easel
